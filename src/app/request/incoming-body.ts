import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

/**
 * The body of a request of Node as a standard stream. What nobody reads is discarded when the response has been sent, because
 * the next request of the connection waits behind it: Node does so only where nobody could have begun to read.
 */
export function incomingBody(incoming: IncomingMessage, outgoing: ServerResponse): ReadableStream<Uint8Array> {
  const reader = (Readable.toWeb(incoming) as ReadableStream<Uint8Array>).getReader();
  let isDiscarded = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await reader.read();
        if (isDiscarded) throw new Error("the body was not read to its end before the response had been sent");
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  outgoing.once("finish", () => {
    if (incoming.complete || body.locked) return;
    isDiscarded = true;
    incoming.removeAllListeners("data").resume();
  });
  return body;
}
