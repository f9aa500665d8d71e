import { AfterworkError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { isPromiseLike } from "../base/promises.ts";
import { Cleanup, type Closed } from "./cleanup.ts";
import type { Dependency } from "./dependency.ts";
import { isDependency } from "./dependency.ts";
import type { Overrides } from "./overrides.ts";
import { provide } from "./provide.ts";

/** What a dependency of `app` scope is given beside its inputs. */
export interface AppContext {
  readonly log: Log;
  /** Aborts at shutdown. */
  readonly signal: AbortSignal;
}

/** A dependency that has been made, or is being made, out of just these others. */
interface Made {
  readonly tree: readonly Dependency[];
  value: unknown;
}

/** What lives as long as the app. Each dependency is made once, however many ask for it at the same time. */
export class AppScope {
  readonly #made = new Map<Dependency, Made[]>();
  /** Those that stand under the overrides of now. */
  readonly #current = new Map<Dependency, Made>();
  readonly #cleanup = new Cleanup();
  #shutdown: AbortController | undefined;
  readonly #log: Log;
  readonly #overrides: Overrides;
  #version = 0;
  #closed: Promise<Closed> | undefined;

  constructor(log: Log, overrides: Overrides) {
    this.#log = log;
    this.#overrides = overrides;
  }

  /**
   * Its value, or a promise of it while it is being made. One that could not be made is tried again at the next call.
   * Overrides of `dependency` itself are the caller's business; those of what it depends on are seen to here.
   *
   * @throws {AfterworkError} `APP_CLOSED` after `close`.
   */
  get(dependency: Dependency): unknown {
    if (this.#closed !== undefined) throw new AfterworkError("APP_CLOSED", "the app has been closed");
    if (this.#version !== this.#overrides.version) this.#forgetCurrent();
    return (this.#current.get(dependency) ?? this.#find(dependency)).value;
  }

  #forgetCurrent(): void {
    this.#version = this.#overrides.version;
    this.#current.clear();
  }

  #find(dependency: Dependency): Made {
    const tree = this.#treeOf(dependency);
    const made = this.#made.get(dependency)?.find((other) => isSame(other.tree, tree)) ?? this.#make(dependency, tree);
    this.#current.set(dependency, made);
    return made;
  }

  /** Everything below a dependency, overrides considered: what was made under an override is not what was made without. */
  #treeOf(dependency: Dependency): readonly Dependency[] {
    return inputsOf(dependency, this.#overrides).flatMap(([, input]) => [input, ...this.#treeOf(input)]);
  }

  #make(dependency: Dependency, tree: readonly Dependency[]): Made {
    const made: Made = { tree, value: undefined };
    this.#made.set(dependency, [...(this.#made.get(dependency) ?? []), made]);
    made.value = this.#build(dependency).then(
      (value) => (made.value = value),
      (error: unknown) => {
        this.#forget(dependency, made);
        throw error;
      },
    );
    return made;
  }

  #forget(dependency: Dependency, made: Made): void {
    const left = this.#made.get(dependency)?.filter((other) => other !== made);
    this.#made.set(dependency, left ?? []);
    if (this.#current.get(dependency) === made) this.#current.delete(dependency);
  }

  async #build(dependency: Dependency): Promise<unknown> {
    // Not made with the app: Cloudflare Workers refuse that while a module is loaded.
    this.#shutdown ??= new AbortController();
    const context: Record<string, unknown> = { log: this.#log, signal: this.#shutdown.signal };
    for (const [name, input] of inputsOf(dependency, this.#overrides)) context[name] = await this.get(input);
    return provide(dependency, context, dependency.name || "an app dependency", { open: () => this.#cleanup });
  }

  /** Aborts `signal`, so that what is still being made can give up, and closes everything in reverse order. Once. */
  close(): Promise<Closed> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<Closed> {
    this.#shutdown?.abort();
    const made = [...this.#made.values()].flat();
    await Promise.allSettled(made.map(({ value }) => value).filter((value) => isPromiseLike(value)));
    return await this.#cleanup.close();
  }
}

function inputsOf(dependency: Dependency, { actual }: Overrides): [name: string, input: Dependency][] {
  return Object.entries(dependency.inputs).flatMap(([name, input]) =>
    isDependency(input) ? [[name, actual(input)]] : [],
  );
}

function isSame(left: readonly Dependency[], right: readonly Dependency[]): boolean {
  return left.length === right.length && left.every((dependency, index) => dependency === right[index]);
}
