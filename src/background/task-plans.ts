import type { Overrides } from "../dependencies/overrides.ts";
import { compilePlan, type Plan } from "../dependencies/plan.ts";
import type { AnyTask } from "../tasks/any-task.ts";

interface Versioned {
  readonly version: number;
  readonly plan: Plan;
}

/** The plans of tasks, made at their first run and again when an override has changed. */
export class TaskPlans {
  readonly #overrides: Overrides;
  readonly #plans = new WeakMap<AnyTask, Versioned>();

  constructor(overrides: Overrides) {
    this.#overrides = overrides;
  }

  of(task: AnyTask): Plan {
    const { version, actual } = this.#overrides;
    const known = this.#plans.get(task.definition);
    if (known?.version === version) return known.plan;
    const plan = compilePlan(task.options.deps ?? {}, { owner: `task ${task.name}`, side: "task", override: actual });
    this.#plans.set(task.definition, { version, plan });
    return plan;
  }
}
