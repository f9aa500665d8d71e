import { describe } from "../base/options.ts";
import { DependencyDefinitionError } from "./definition-errors.ts";
import { createDependency, isDependency, type Dependency } from "./dependency.ts";

/** Other dependencies, or functions, that take the place of dependencies in tests. */
export class Overrides {
  readonly #replacements = new Map<Dependency, Replacement[]>();
  #version = 0;

  /** Grows with every change, so that plans know when they are out of date. */
  get version(): number {
    return this.#version;
  }

  /**
   * Puts `replacement` in the place of `dependency`; the function returned undoes just this, once.
   *
   * @throws {DependencyDefinitionError} when either is something else.
   */
  set(dependency: Dependency, replacement: Dependency | ((context: never) => unknown)): () => void {
    if (!isDependency(dependency)) throw misuse("a dependency (made by depends)", dependency);
    if (typeof replacement !== "function" && !isDependency(replacement)) {
      throw misuse("a function or a dependency to put in its place", replacement);
    }
    const actual = typeof replacement === "function" ? asDependency(dependency, replacement) : replacement;
    const entry = { actual };
    this.#replacements.set(dependency, [...(this.#replacements.get(dependency) ?? []), entry]);
    this.#version += 1;
    return () => this.#undo(dependency, entry);
  }

  readonly actual = (dependency: Dependency): Dependency =>
    this.#replacements.get(dependency)?.at(-1)?.actual ?? dependency;

  #undo(dependency: Dependency, entry: Replacement): void {
    const stack = this.#replacements.get(dependency) ?? [];
    const left = stack.filter((other) => other !== entry);
    if (left.length === stack.length) return;
    this.#replacements.set(dependency, left);
    this.#version += 1;
  }
}

/** One call of `set`, so that the same replacement may stand there twice. */
interface Replacement {
  readonly actual: Dependency;
}

/** A plain function lives as long as what it replaces, and needs nothing. */
function asDependency(replaced: Dependency, provide: (context: never) => unknown): Dependency {
  const { scope, guard, name } = replaced;
  return createDependency<Dependency>({
    kind: "dependency",
    scope,
    guard,
    name,
    inputs: {},
    provider: { how: "call", provide: provide as (context: object) => unknown },
  });
}

function misuse(wanted: string, got: unknown): DependencyDefinitionError {
  return new DependencyDefinitionError(`override: expected ${wanted}, got ${describe(got)}`);
}
