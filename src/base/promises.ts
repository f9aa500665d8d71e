/** Is it something to `await`? Cheaper than awaiting everything, which costs a turn of the microtask queue. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
