import { AfterworkError } from "../base/errors.ts";
import type { ScopeName } from "./scope-name.ts";

/** A dependency, or a use of one, that can't be right. Thrown where it is defined. Code `DEPENDENCY_DEFINITION`. */
export class DependencyDefinitionError extends AfterworkError {
  constructor(message: string) {
    super("DEPENDENCY_DEFINITION", message);
  }
}

/** Dependencies that need each other; the message has the path. Code `DEPENDENCY_CYCLE`. */
export class DependencyCycleError extends AfterworkError {
  constructor(path: readonly string[]) {
    super("DEPENDENCY_CYCLE", `dependencies need each other: ${path.join(" → ")}`, { details: { path } });
  }
}

/**
 * Something would be used after it has been closed: a dependency by one that outlives it (thrown at definition), or by
 * a background task (thrown by `addTask`). Code `DEPENDENCY_SCOPE`.
 */
export class DependencyScopeError extends AfterworkError {
  constructor(message: string) {
    super("DEPENDENCY_SCOPE", message);
  }

  static inversion(path: readonly string[], dependant: ScopeName, dependency: ScopeName): DependencyScopeError {
    const [last = "", before = ""] = path.toReversed();
    return new DependencyScopeError(
      `${path.join(" → ")}: ${before} lives as long as the ${dependant} and can't depend on ${last}, ` +
        `which lives as long as the ${dependency} only; make ${last} longer-lived, or ${before} shorter-lived`,
    );
  }
}
