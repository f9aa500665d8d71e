/** A generator of either kind. */
export type AnyGenerator = Generator<unknown, unknown> | AsyncGenerator<unknown, unknown>;

const generatorFunction: unknown = Object.getPrototypeOf(function* () {});
const asyncGeneratorFunction: unknown = Object.getPrototypeOf(async function* () {});

/** Is it written as a generator function? One that only returns a generator is not. */
export function isGeneratorFunction(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === generatorFunction || prototype === asyncGeneratorFunction;
}

/** Is it written as a generator function that is not asynchronous? */
export function isSyncGeneratorFunction(value: unknown): boolean {
  return typeof value === "function" && Object.getPrototypeOf(value) === generatorFunction;
}

/** Is it a generator, however it was made? By its tag, so that other iterators are none. */
export function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== "object" || value === null || !(Symbol.toStringTag in value)) return false;
  const tag = value[Symbol.toStringTag];
  return tag === "AsyncGenerator" || tag === "Generator";
}
