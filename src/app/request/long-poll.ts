import type { HandlerContext } from "./handler-context.ts";
import { HandlerContextObject } from "./request-context.ts";

/**
 * Waits in a handler, whose context it is given, for something that may take long. The `signal` aborts when the client has
 * gone and, as for streams, as soon as a shutdown begins, so that its budget is not spent on waiting.
 */
export async function longPoll<Value>(
  context: Pick<HandlerContext, "signal">,
  wait: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const ended = context instanceof HandlerContextObject ? HandlerContextObject.sourceOf(context).livesLong() : () => {};
  try {
    return await wait(context.signal);
  } finally {
    ended();
  }
}
