import { DependencyCycleError, DependencyDefinitionError, DependencyScopeError } from "./definition-errors.ts";
import { isDependency, type Dependency } from "./dependency.ts";
import type { Input } from "./input.ts";
import type { Parameter } from "./parameter.ts";
import { isReservedName } from "./reserved-names.ts";
import { livesAtLeastAsLong, type ScopeName } from "./scope-name.ts";

/** One dependency to resolve: where its value goes, and where its inputs come from. */
export interface Step {
  readonly slot: number;
  readonly dependency: Dependency;
  readonly inputs: readonly NamedSlot[];
  /** How messages call it: the name under which it was first asked for. */
  readonly label: string;
}

/** A name in a context, and the slot that has its value. */
export interface NamedSlot {
  readonly name: string;
  readonly slot: number;
}

/** A parameter of the request to read, and the name it was given where it is used. */
export interface PlannedParameter extends NamedSlot {
  readonly parameter: Parameter;
}

/** Parameters that are judged together, then the dependencies that run in order. Every guard is a stage of its own. */
export interface Stage {
  readonly parameters: readonly PlannedParameter[];
  readonly steps: readonly Step[];
}

/** How a record of inputs is resolved, decided once. */
export interface Plan {
  /** A place for each value that a resolution holds. */
  readonly blank: readonly unknown[];
  readonly guards: readonly Stage[];
  readonly main: Stage;
  readonly outputs: readonly NamedSlot[];
  /** Everything of `app` scope that is reached. */
  readonly appDependencies: readonly Dependency[];
}

/** For whom a plan is made. */
export interface PlanOptions {
  /** How messages call the user of the inputs, such as `POST /items`. */
  readonly owner: string;
  /** What lives there: a handler sees all, a task no parameter of a request. */
  readonly side: "handler" | "task";
  /** Whose place another dependency takes, in tests. */
  readonly override?: (dependency: Dependency) => Dependency;
}

/**
 * Decides the order in which inputs are resolved.
 *
 * @throws {DependencyCycleError} @throws {DependencyScopeError} @throws {DependencyDefinitionError}
 */
export function compilePlan(inputs: Readonly<Record<string, Input>>, options: PlanOptions): Plan {
  const compiler = new Compiler(options);
  compiler.collectGuards(inputs, { path: [options.owner], scope: "function" });
  return compiler.finish(inputs);
}

/** Proves a dependency's own tree to be right, where it is defined. */
export function checkDefinition(dependency: Dependency): void {
  const name = dependency.name || "a dependency";
  const compiler = new Compiler({ owner: name, side: "handler" });
  const site = { path: [name], scope: dependency.scope };
  if (dependency.guard) refuseBody(dependency, [name]);
  compiler.collectGuards(dependency.inputs, site);
  compiler.resolveAll(dependency.inputs, site, { parameters: [], steps: [] });
}

/** Where in the tree something is used. */
interface Site {
  readonly path: readonly string[];
  readonly scope: ScopeName;
}

interface OpenStage extends Stage {
  readonly parameters: PlannedParameter[];
  readonly steps: Step[];
}

/** Nothing in the tree of an app-scope dependency may be a parameter or a step of a plan. */
const nowhere: OpenStage = { parameters: [], steps: [] };

class Compiler {
  readonly #options: PlanOptions;
  readonly #slots = new Map<Dependency, number>();
  readonly #freshSlots = new Map<object, Map<string, number>>();
  readonly #parameterSlots = new Map<Parameter, Map<string, number>>();
  readonly #open = new Map<Dependency, number>();
  readonly #searched = new Set<Dependency>();
  readonly #checked = new Set<Dependency>();
  readonly #guards: OpenStage[] = [];
  readonly #appDependencies = new Set<Dependency>();
  #size = 0;

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  /** Finds the guards of a tree, innermost first, and makes a stage of each. */
  collectGuards(inputs: Readonly<Record<string, Input>>, site: Site): void {
    for (const [name, input] of Object.entries(inputs)) {
      if (!isDependency(input)) continue;
      const dependency = this.#actual(input);
      if (this.#searched.has(dependency)) continue;
      this.#enter(dependency, name, site, (inner) => this.collectGuards(dependency.inputs, inner));
      this.#searched.add(dependency);
      if (!dependency.guard) continue;
      refuseBody(dependency, [...site.path, name]);
      const stage: OpenStage = { parameters: [], steps: [] };
      this.#resolve(inputs, name, site, stage);
      this.#guards.push(stage);
    }
  }

  finish(inputs: Readonly<Record<string, Input>>): Plan {
    const main: OpenStage = { parameters: [], steps: [] };
    const outputs = this.resolveAll(inputs, { path: [this.#options.owner], scope: "function" }, main);
    const blank = Array.from<unknown>({ length: this.#size });
    return { blank, guards: this.#guards, main, outputs, appDependencies: [...this.#appDependencies] };
  }

  resolveAll(inputs: Readonly<Record<string, Input>>, site: Site, stage: OpenStage): NamedSlot[] {
    return Object.keys(inputs).map((name) => ({ name, slot: this.#resolve(inputs, name, site, stage) }));
  }

  #resolve(inputs: Readonly<Record<string, Input>>, name: string, site: Site, stage: OpenStage): number {
    const input = inputs[name];
    refuseReserved(name, input, site.path);
    if (isDependency(input)) return this.#resolveDependency(inputs, name, site, stage);
    if (isParameter(input)) return this.#readParameter(input, name, site, stage);
    throw new DependencyDefinitionError(
      `${[...site.path, name].join(" → ")}: expected a dependency (made by depends) or a parameter (path(), query(), …)`,
    );
  }

  #readParameter(parameter: Parameter, name: string, site: Site, stage: OpenStage): number {
    const path = [...site.path, name];
    if (this.#options.side === "task") {
      throw new DependencyDefinitionError(
        `${path.join(" → ")}: a task has no request to read ${parameter.place} from; pass the value as an argument`,
      );
    }
    if (!livesAtLeastAsLong("request", site.scope)) throw DependencyScopeError.inversion(path, site.scope, "request");
    return once(this.#parameterSlots, parameter, name, () => {
      const slot = this.#size++;
      stage.parameters.push({ parameter, name, slot });
      return slot;
    });
  }

  #resolveDependency(inputs: Readonly<Record<string, Input>>, name: string, site: Site, stage: OpenStage): number {
    const asked = inputs[name] as Dependency;
    const dependency = this.#actual(asked);
    const path = [...site.path, name];
    if (!livesAtLeastAsLong(dependency.scope, site.scope)) {
      throw DependencyScopeError.inversion(path, site.scope, dependency.scope);
    }
    if (site.scope === "app") return this.#checkOnly(dependency, name, site);
    const add = (): number => this.#addStep(dependency, name, site, stage);
    if (asked.freshOf !== undefined) return once(this.#freshSlots, inputs, name, add);
    const known = this.#slots.get(dependency);
    if (known !== undefined) return known;
    const slot = add();
    this.#slots.set(dependency, slot);
    return slot;
  }

  #addStep(dependency: Dependency, label: string, site: Site, stage: OpenStage): number {
    return this.#enter(dependency, label, site, (inner) => {
      const inputs = this.#inputsOf(dependency, inner, stage);
      const slot = this.#size++;
      stage.steps.push({ slot, dependency, inputs, label });
      return slot;
    });
  }

  #inputsOf(dependency: Dependency, site: Site, stage: OpenStage): readonly NamedSlot[] {
    const inputs = this.resolveAll(dependency.inputs, site, stage);
    if (dependency.scope !== "app") return inputs;
    this.#appDependencies.add(dependency);
    return [];
  }

  /** What an app-scope dependency needs is resolved by the app's own scope, so it gets no slot here. */
  #checkOnly(dependency: Dependency, name: string, site: Site): number {
    if (!this.#checked.has(dependency)) {
      this.#enter(dependency, name, site, (inner) => this.resolveAll(dependency.inputs, inner, nowhere));
      this.#checked.add(dependency);
    }
    return -1;
  }

  #enter<Result>(dependency: Dependency, name: string, site: Site, visit: (inner: Site) => Result): Result {
    const path = [...site.path, name];
    const start = this.#open.get(dependency);
    if (start !== undefined) throw new DependencyCycleError(path.slice(start));
    this.#open.set(dependency, path.length - 1);
    try {
      return visit({ path, scope: dependency.scope });
    } finally {
      this.#open.delete(dependency);
    }
  }

  #actual(asked: Dependency): Dependency {
    const dependency = asked.freshOf ?? asked;
    return this.#options.override?.(dependency) ?? dependency;
  }
}

function once<Key>(slots: Map<Key, Map<string, number>>, key: Key, name: string, make: () => number): number {
  const byName = slots.get(key) ?? new Map<string, number>();
  slots.set(key, byName);
  const known = byName.get(name);
  if (known !== undefined) return known;
  const slot = make();
  byName.set(name, slot);
  return slot;
}

function isParameter(input: unknown): input is Parameter {
  return typeof input === "object" && input !== null && "kind" in input && input.kind === "parameter";
}

/**
 * `request` and `response` may be named so where they are just that, because then nothing is hidden. `__proto__` is no
 * name at all: the value would become the context's prototype.
 */
function refuseReserved(name: string, input: unknown, path: readonly string[]): void {
  const isFree = !isReservedName(name) && name !== "__proto__";
  if (isFree || (isParameter(input) && input.place === name)) return;
  throw new DependencyDefinitionError(
    `${[...path, name].join(" → ")}: the name ${JSON.stringify(name)} belongs to the context; choose another`,
  );
}

function refuseBody(guard: Dependency, path: readonly string[], seen: ReadonlySet<unknown> = new Set()): void {
  for (const [name, input] of Object.entries(guard.inputs)) {
    const here = [...path, name];
    if (isParameter(input) && input.readsBody) {
      throw new DependencyDefinitionError(
        `${here.join(" → ")}: a guard runs before the body is read and can't need its ${input.place}`,
      );
    }
    if (isDependency(input) && !seen.has(input)) refuseBody(input, here, new Set([...seen, input]));
  }
}
