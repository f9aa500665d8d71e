import type { AsyncLocalStorage } from "node:async_hooks";

/** Cloudflare has `enterWith`, but it throws. @see https://developers.cloudflare.com/workers/runtime-apis/nodejs/asynclocalstorage/ */
const canEnter = globalThis.navigator?.userAgent !== "Cloudflare-Workers";

/**
 * Does what `storage.run` does, in an asynchronous scope that ends with the function: the value may stay behind in it. `run`
 * would copy the whole context a second time for the way back, which the end of that scope is already.
 */
export function runEntered<Value, Args extends readonly unknown[], Result>(
  storage: AsyncLocalStorage<Value>,
  value: Value,
  run: (...args: Args) => Result,
  ...args: Args
): Result {
  if (!canEnter) return storage.run(value, run, ...args);
  storage.enterWith(value);
  return run(...args);
}
