import type { DependencyContext } from "../background/depends.ts";
import type { Dependency } from "../dependencies/dependency.ts";

/** What may stand in for a dependency of some value: another dependency, or a function without inputs. */
export type Replacement<Value> =
  | Dependency<Value>
  | ((context: DependencyContext) => Value | Promise<Value> | Generator<Value> | AsyncGenerator<Value>);
