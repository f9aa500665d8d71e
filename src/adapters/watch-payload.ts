/** What is taken of Node's readable streams, old and new ones. */
interface NodeStream {
  once(event: "error", listener: (error: unknown) => void): unknown;
}

/**
 * A payload that tells when it breaks while it is sent. Streams of Node are returned as they are; a standard stream, or
 * response, becomes another one.
 */
export function watchPayload(payload: unknown, onBroken: (error: unknown) => void): unknown {
  if (typeof payload !== "object" || payload === null) return payload;
  if (isNodeStream(payload)) payload.once("error", onBroken);
  else if (payload instanceof ReadableStream) return watchStream(payload, onBroken);
  else if (payload instanceof Response && payload.body !== null && !payload.bodyUsed) {
    return new Response(watchStream(payload.body, onBroken), payload);
  }
  return payload;
}

function isNodeStream(payload: object): payload is NodeStream {
  return "pipe" in payload && typeof payload.pipe === "function" && "once" in payload;
}

/** Pulled at the pace of its reader; a stream that somebody else reads is for the framework to refuse. */
function watchStream<Chunk>(stream: ReadableStream<Chunk>, onBroken: (error: unknown) => void): ReadableStream<Chunk> {
  if (stream.locked) return stream;
  const reader = stream.getReader();
  let isCancelled = false;
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          // The client has gone meanwhile, and the controller takes no more.
          if (isCancelled) return;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          onBroken(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        isCancelled = true;
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
