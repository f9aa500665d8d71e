import { isPromiseLike } from "../base/promises.ts";
import type { AnyGenerator, Cleanup, Failure } from "./cleanup.ts";
import { DependencyDefinitionError } from "./definition-errors.ts";
import type { Provider } from "./dependency.ts";

/** Makes a value by its provider and notes how to close it. Synchronous as long as the provider is. */
export function provide(provider: Provider, context: object, label: string, cleanup: () => Cleanup): unknown {
  if (provider.how === "construct") return construct(provider.constructor, context, label, cleanup);
  const made = provider.provide(context);
  if (!isGenerator(made)) return made;
  const first = made.next();
  if (isPromiseLike(first)) return first.then((result) => started(result, made, label, cleanup));
  return started(first, made, label, cleanup);
}

/** By its tag, so that a generator counts however it was wrapped, and an object with a `next` of its own does not. */
function isGenerator(made: unknown): made is AnyGenerator {
  if (typeof made !== "object" || made === null || !(Symbol.toStringTag in made)) return false;
  const tag = made[Symbol.toStringTag];
  return tag === "AsyncGenerator" || tag === "Generator";
}

function started(
  first: IteratorResult<unknown, unknown>,
  generator: AnyGenerator,
  label: string,
  cleanup: () => Cleanup,
): unknown {
  if (first.done === true) {
    throw new DependencyDefinitionError(`the dependency ${label} is a generator that ended without a yield`);
  }
  cleanup().add({ label, value: first.value, end: (failure) => finish(generator, label, failure) });
  return first.value;
}

/** Runs what follows the `yield`. A generator that swallows the error does not hide it: somebody still has to answer. */
async function finish(generator: AnyGenerator, label: string, failure: Failure | undefined): Promise<void> {
  const last = await (failure === undefined ? generator.next() : generator.throw(failure.error));
  if (last.done === true) return;
  await generator.return(undefined);
  throw new DependencyDefinitionError(`the dependency ${label} is a generator that yields more than once`);
}

function construct(
  constructor: new (context: object) => object,
  context: object,
  label: string,
  cleanup: () => Cleanup,
): object {
  const instance: Partial<AsyncDisposable & Disposable> = new constructor(context);
  const dispose = instance[Symbol.asyncDispose] ?? instance[Symbol.dispose];
  if (dispose !== undefined) cleanup().add({ label, value: instance, end: () => dispose.call(instance) });
  return instance;
}
