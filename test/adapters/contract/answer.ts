/** What a handler of a site answers with, by the means of its own framework. */
export type Answer =
  | (Head & { readonly kind: "json"; readonly body: unknown })
  /** No body: 204, or a redirect. */
  | (Head & { readonly kind: "empty" })
  /** Chunk by chunk, as text/plain; when the iterable throws, the body breaks off. */
  | (Head & { readonly kind: "stream"; readonly chunks: AsyncIterable<string> });

interface Head {
  readonly status: number;
  /** To be set beside those that the framework sets by itself. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A small answer as JSON. */
export function json(body: unknown, head: Partial<Head> = {}): Answer {
  return { kind: "json", status: 200, headers: {}, ...head, body };
}

/** An answer that is sent chunk by chunk. */
export function stream(chunks: AsyncIterable<string>): Answer {
  return { kind: "stream", status: 200, headers: {}, chunks };
}

/** An answer without a body. */
export function empty(head: Partial<Head>): Answer {
  return { kind: "empty", status: 204, headers: {}, ...head };
}

/** The chunks of a stream as frameworks take them that send standard responses. */
export function toReadable(chunks: AsyncIterable<string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
