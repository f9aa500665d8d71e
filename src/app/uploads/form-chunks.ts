import { FormError } from "./form-error.ts";

/**
 * The chunks of a body, as long as they stay within `bodyLimit`. After a fault the rest is left unread, but never
 * cancelled: on Node that would cut the connection before the answer has been sent.
 *
 * @throws {FormError} `too-large`, and whatever the stream itself fails with, such as a client that has gone.
 */
export async function* chunksWithin(
  body: ReadableStream<Uint8Array> | null,
  bodyLimit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength;
      if (size > bodyLimit) throw new FormError("too-large", `expected a body of at most ${bodyLimit} bytes`);
      yield next.value;
    }
  } finally {
    reader.releaseLock();
  }
}
