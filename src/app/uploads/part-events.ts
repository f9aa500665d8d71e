import type { Dicer } from "@fastify/busboy";

import { FormError } from "./form-error.ts";

/** The headers of a part, by their names in lower case. The values are bytes, one per character. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>;

/** What is found in a multipart body, in its order. A part whose headers never ended has an end only. */
export type PartEvent =
  | { readonly kind: "headers"; readonly headers: PartHeaders }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "end" };

/** A multipart body and how it is to be read. */
export interface PartSource {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly boundary: string;
  /** Further headers of a part are dropped. */
  readonly maxHeaderPairs: number;
}

/**
 * Takes a multipart body apart. A chunk is asked for only when all that the one before contained has been dealt with:
 * that is the back-pressure.
 *
 * @throws {FormError} `malformed`, when the body ends without its final boundary.
 * @see RFC 2046, section 5.1
 */
export async function* partEvents(source: PartSource): AsyncGenerator<PartEvent, void, undefined> {
  // Imported here, for it is CommonJS, and bundles of it don't load where there is no `require`.
  const { Dicer } = await import("@fastify/busboy");
  const found: PartEvent[] = [];
  const dicer = new Dicer({ boundary: source.boundary, maxHeaderPairs: source.maxHeaderPairs });
  const ended = endOf(dicer);
  dicer.on("part", (part) => collect(part, found));
  for await (const chunk of source.chunks) {
    await new Promise<unknown>((written) => void dicer.write(chunk, written));
    yield* found.splice(0);
  }
  dicer.end();
  if (!(await ended)) throw new FormError("malformed", "expected a multipart body with its final boundary");
}

/** Dicer finishes at the final boundary, perhaps long before the body ends, and fails if there was none. */
function endOf(dicer: Dicer): Promise<boolean> {
  return new Promise((resolve) => {
    dicer.on("finish", () => resolve(true));
    dicer.on("error", () => resolve(false));
  });
}

/**
 * Dicer hands each piece to `push` while it is written to. Taking it there, rather than from the stream later, keeps
 * the pieces of all parts in one order.
 */
function collect(part: Dicer.PartStream, found: PartEvent[]): void {
  const endPart = part.push.bind(part);
  part.on("header", (headers) => found.push({ kind: "headers", headers: headers as PartHeaders }));
  part.push = (data: Uint8Array | null) => {
    found.push(data === null ? { kind: "end" } : { kind: "data", data });
    return data === null ? endPart(null) : true;
  };
  // A body that breaks off is told by Dicer itself, too.
  part.on("error", () => {});
  // Dicer finishes when every part has been read to its end.
  part.resume();
}
