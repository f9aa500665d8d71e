import { systemClock } from "../../base/clock.ts";

/** What {@link withKeepAlive} yields when nothing has come for a while. */
export const keepAlive: unique symbol = Symbol("afterwork.keepAlive");

/** The same iterator, which says {@link keepAlive} whenever it has had nothing to say for so long. */
export function withKeepAlive(iterator: AsyncIterator<unknown>, ms: number): AsyncIterator<unknown> {
  let awaited: Promise<IteratorResult<unknown>> | undefined;
  return {
    next: async () => {
      awaited ??= quiet(iterator.next());
      const first = await Promise.race([awaited, silence(awaited, ms)]);
      if (first === keepAlive) return { done: false, value: keepAlive };
      awaited = undefined;
      return first;
    },
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
}

/** Resolves after `ms`, unless something comes before. */
function silence(awaited: Promise<unknown>, ms: number): Promise<typeof keepAlive> {
  return new Promise((resolve) => {
    const cancel = systemClock.after(ms, () => resolve(keepAlive));
    awaited.then(cancel, cancel);
  });
}

/** When the client has gone meanwhile, nobody asks for it any more. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
