import { StreamableFile } from "@nestjs/common";

import { watchPayload } from "../watch-payload.ts";

/** A value that Nest sends little by little, and that tells when it breaks: Nest tells nobody. */
export function watchValue(value: unknown, onBroken: (error: unknown) => void): unknown {
  if (value instanceof StreamableFile) {
    watchPayload(value.getStream(), onBroken);
    return value;
  }
  const watched = watchPayload(value, onBroken);
  return watched === value && isPlainIterable(value) ? watchIterable(value, onBroken) : watched;
}

/** Not one of Node's streams, nor a query that can be waited for, which Nest would do. */
function isPlainIterable(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== "object" || value === null || "pipe" in value || "then" in value) return false;
  return Symbol.asyncIterator in value;
}

async function* watchIterable(iterable: AsyncIterable<unknown>, onBroken: (error: unknown) => void): AsyncGenerator {
  try {
    yield* iterable;
  } catch (error) {
    onBroken(error);
    throw error;
  }
}
