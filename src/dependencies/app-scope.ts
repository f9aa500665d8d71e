import { AfterworkError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { isPromiseLike } from "../base/promises.ts";
import { Cleanup, type Closed } from "./cleanup.ts";
import type { Dependency } from "./dependency.ts";
import { isDependency } from "./dependency.ts";
import { provide } from "./provide.ts";

/** What a dependency of `app` scope is given beside its inputs. */
export interface AppContext {
  readonly log: Log;
  /** Aborts at shutdown. */
  readonly signal: AbortSignal;
}

/** What lives as long as the app. Each dependency is made once, however many ask for it at the same time. */
export class AppScope {
  readonly #made = new Map<Dependency, { readonly value: unknown } | Promise<unknown>>();
  readonly #cleanup = new Cleanup();
  readonly #shutdown = new AbortController();
  readonly #log: Log;
  readonly #override: (dependency: Dependency) => Dependency;
  #closed: Promise<Closed> | undefined;

  constructor(log: Log, override: (dependency: Dependency) => Dependency) {
    this.#log = log;
    this.#override = override;
  }

  /**
   * Its value, or a promise of it while it is being made. One that could not be made is tried again at the next call.
   *
   * @throws {AfterworkError} `APP_CLOSED` after `close`.
   */
  get(asked: Dependency): unknown {
    const dependency = this.#override(asked);
    const known = this.#made.get(dependency);
    if (known === undefined) return this.#make(dependency);
    return isPromiseLike(known) ? known : known.value;
  }

  #make(dependency: Dependency): Promise<unknown> {
    if (this.#closed !== undefined) throw new AfterworkError("APP_CLOSED", "the app has been closed");
    const making = this.#build(dependency).then(
      (value) => {
        this.#made.set(dependency, { value });
        return value;
      },
      (error: unknown) => {
        this.#made.delete(dependency);
        throw error;
      },
    );
    this.#made.set(dependency, making);
    return making;
  }

  async #build(dependency: Dependency): Promise<unknown> {
    const context: Record<string, unknown> = { log: this.#log, signal: this.#shutdown.signal };
    for (const [name, input] of Object.entries(dependency.inputs)) {
      if (isDependency(input)) context[name] = await this.get(input);
    }
    return provide(dependency.provider, context, dependency.name || "an app dependency", () => this.#cleanup);
  }

  /** Aborts `signal` and closes everything in reverse order. Calling it again returns the same promise. */
  close(): Promise<Closed> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<Closed> {
    await Promise.allSettled([...this.#made.values()].filter((made) => isPromiseLike(made)));
    this.#shutdown.abort();
    return await this.#cleanup.close();
  }
}
