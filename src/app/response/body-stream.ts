/** What a streamed body tells of its end. */
export interface StreamObserver {
  /** Before the body ends cleanly; if it rejects, the body is cut off instead. */
  beforeEnd(): Promise<void>;
  /** The generator, or what `beforeEnd` did, has failed. */
  onError(error: unknown): void;
  /** However it ended; the generator has ended, too. */
  onOver(): void;
}

const encoder = new TextEncoder();

/**
 * A body from an async iterator, chunk by chunk through `encode`. Pulled at the pace of the client; when it goes, the
 * generator is ended.
 */
export function bodyStream(
  iterator: AsyncIterator<unknown>,
  encode: (chunk: unknown) => string | Uint8Array,
  observer: StreamObserver,
): ReadableStream<Uint8Array> {
  let givenUp = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (givenUp) return;
        if (next.done !== true) return controller.enqueue(toBytes(encode(next.value)));
        await observer.beforeEnd();
        controller.close();
      } catch (error) {
        if (givenUp) return;
        observer.onError(error);
        // What becomes of this error is the server's business: it may show it to the client, and logs it once more.
        controller.error(new Error("the body was cut off, because what it was made of failed"));
      }
      observer.onOver();
    },
    async cancel() {
      givenUp = true;
      await endEarly(iterator);
      observer.onOver();
    },
  });
}

/** Ends a generator that nobody reads on; what it throws then concerns nobody. */
export async function endEarly(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The client has gone and the response is over: there is nobody left to tell.
  }
}

function toBytes(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === "string" ? encoder.encode(encoded) : encoded;
}

/** An iterator whose first result has been taken already. */
export function withFirst(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>): AsyncIterator<unknown> {
  let taken = false;
  return {
    next: () => {
      if (taken) return rest.next();
      taken = true;
      return Promise.resolve(first);
    },
    return: async () => (await rest.return?.()) ?? { done: true, value: undefined },
  };
}
