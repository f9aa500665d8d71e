import { isGenerator, type AnyGenerator } from "../base/generators.ts";
import { isPromiseLike } from "../base/promises.ts";
import type { Cleanup, Failure } from "./cleanup.ts";
import { DependencyDefinitionError } from "./definition-errors.ts";
import type { Dependency } from "./dependency.ts";
import type { ScopeName } from "./scope-name.ts";

/** Who closes what is opened. */
export interface ScopeOwner {
  /** Where something of a scope is noted that has to be closed. */
  open(scope: ScopeName): Cleanup;
}

/** Makes the value of a dependency and notes how to close it. Synchronous as long as its provider is. */
export function provide(dependency: Dependency, context: object, label: string, owner: ScopeOwner): unknown {
  const { provider, scope } = dependency;
  if (provider.how === "construct") {
    const instance: Partial<AsyncDisposable & Disposable> = new provider.constructor(context);
    const dispose = instance[Symbol.asyncDispose] ?? instance[Symbol.dispose];
    if (dispose !== undefined) owner.open(scope).add({ label, value: instance, end: () => dispose.call(instance) });
    return instance;
  }
  const made = provider.provide(context);
  if (!isGenerator(made)) return made;
  const first = made.next();
  if (!isPromiseLike(first)) return started(made, first, label, owner.open(scope));
  return first.then((result) => started(made, result, label, owner.open(scope)));
}

function started(
  generator: AnyGenerator,
  first: IteratorResult<unknown, unknown>,
  label: string,
  cleanup: Cleanup,
): unknown {
  if (first.done === true) {
    throw new DependencyDefinitionError(`the dependency ${label} is a generator that ended without a yield`);
  }
  cleanup.add({ label, value: first.value, end: (failure) => finish(generator, label, failure) });
  return first.value;
}

/** Runs what follows the `yield`. A generator that swallows the error does not hide it: somebody still has to answer. */
async function finish(generator: AnyGenerator, label: string, failure: Failure | undefined): Promise<void> {
  const last = await (failure === undefined ? generator.next() : generator.throw(failure.error));
  if (last.done === true) return;
  await generator.return(undefined);
  throw new DependencyDefinitionError(`the dependency ${label} is a generator that yields more than once`);
}
