/** The streams of Cloudflare Workers that tell their writer when the reader has gone. */
interface WithIdentityStream {
  readonly IdentityTransformStream?: new () => { readonly readable: ReadableStream; readonly writable: WritableStream };
}

/**
 * The same response; `onEnd` is called once: when its last chunk has been read, when nobody reads it any more, or when it
 * breaks. At once where there is no body.
 */
export function watchBody(response: Response, onEnd: () => void): Response {
  const { body } = response;
  if (body === null) {
    onEnd();
    return response;
  }
  return new Response(piped(body, onEnd) ?? pulled(body, onEnd), response);
}

/** workerd stops pulling the streams of JavaScript when the client has gone, and often cancels them never. */
function piped(body: ReadableStream, onEnd: () => void): ReadableStream | undefined {
  const { IdentityTransformStream } = globalThis as WithIdentityStream;
  if (IdentityTransformStream === undefined) return undefined;
  const { readable, writable } = new IdentityTransformStream();
  body.pipeTo(writable).then(onEnd, onEnd);
  return readable;
}

function pulled(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  // Read no further than the reader has: what makes the body is to run at the reader's pace.
  const pace = { highWaterMark: 0 };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await reader.read();
          if (ended) return;
          if (!next.done) return controller.enqueue(next.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        end();
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    },
    pace,
  );
}
