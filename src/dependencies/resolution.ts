import { isPromiseLike } from "../base/promises.ts";
import type { AppScope } from "./app-scope.ts";
import { Cleanup } from "./cleanup.ts";
import type { NamedSlot, Plan, Step } from "./plan.ts";
import { provide, type ScopeOwner } from "./provide.ts";
import type { ScopeName } from "./scope-name.ts";

/** What the user of a resolution decides. */
export interface ResolutionHost {
  readonly appScope: AppScope;
  /** A new object with what every dependency is given beside its inputs. */
  createContext(): Record<string, unknown>;
}

/** One run of a plan: the values so far, and what has to be closed. */
export class Resolution implements ScopeOwner {
  readonly values: unknown[];
  readonly #host: ResolutionHost;
  #functionScope: Cleanup | undefined;
  #requestScope: Cleanup | undefined;

  constructor(plan: Plan, host: ResolutionHost) {
    this.values = plan.blank.slice();
    this.#host = host;
  }

  /** Closes before the response. `undefined` while nothing has to be closed. */
  get functionScope(): Cleanup | undefined {
    return this.#functionScope;
  }

  /** Closes after the tasks. `undefined` while nothing has to be closed. */
  get requestScope(): Cleanup | undefined {
    return this.#requestScope;
  }

  /** What has to be closed when a scope ends joins it here. */
  open(scope: ScopeName): Cleanup {
    if (scope === "request") return (this.#requestScope ??= new Cleanup());
    return (this.#functionScope ??= new Cleanup());
  }

  /** Resolves dependencies in order; a promise only if one of them is asynchronous. */
  run(steps: readonly Step[]): undefined | Promise<void> {
    for (let index = 0; index < steps.length; index += 1) {
      const step = steps[index] as Step;
      const made = this.#resolve(step);
      if (isPromiseLike(made)) return this.#continue(steps, index, made);
      this.values[step.slot] = made;
    }
    return undefined;
  }

  async #continue(steps: readonly Step[], index: number, made: PromiseLike<unknown>): Promise<void> {
    this.values[(steps[index] as Step).slot] = await made;
    for (const step of steps.slice(index + 1)) {
      const next = this.#resolve(step);
      this.values[step.slot] = isPromiseLike(next) ? await next : next;
    }
  }

  #resolve(step: Step): unknown {
    const { dependency } = step;
    if (dependency.scope === "app") return this.#host.appScope.get(dependency);
    const context = this.assign(this.#host.createContext(), step.inputs);
    return provide(dependency, context, step.label, this);
  }

  /** Puts resolved values under their names. */
  assign<Context extends Record<string, unknown>>(context: Context, slots: readonly NamedSlot[]): Context {
    const target: Record<string, unknown> = context;
    for (const { name, slot } of slots) target[name] = this.values[slot];
    return context;
  }
}
