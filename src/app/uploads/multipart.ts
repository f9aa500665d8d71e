import { describe } from "../../base/options.ts";
import { chunksWithin } from "./form-chunks.ts";
import { type Form, FormDraft } from "./form-draft.ts";
import { FormError } from "./form-error.ts";
import { allFormLimits, type FormLimits } from "./form-limits.ts";
import { parseParameters } from "./header-parameters.ts";
import { partEvents } from "./part-events.ts";
import { openPart, type PartSink } from "./part-sink.ts";
import { readUrlEncoded } from "./urlencoded.ts";

/** A form on its way in. */
export interface FormInput {
  /** The header, with its parameters. */
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly limits: FormLimits;
}

/** RFC 2046 allows no more; the parser wouldn't take more than 252 either. */
const maxBoundaryLength = 70;

/**
 * Reads a form of the type `multipart/form-data` or `application/x-www-form-urlencoded`. Fields are kept in memory; files
 * are streamed to a private temporary folder, which stays until the form's `remove()` is called. When reading fails
 * nothing is left on disk, and the rest of the body is left unread.
 *
 * @throws {FormError} for a form that is malformed, over a limit or of another media type.
 * @throws whatever the body fails with, such as a client that has gone, or the disk.
 * @see RFC 7578
 */
export async function readForm({ contentType, body, limits }: FormInput): Promise<Form> {
  const draft = new FormDraft(allFormLimits(limits));
  const chunks = chunksWithin(body, limits.bodyLimit);
  const [type = ""] = contentType.split(";", 1);
  try {
    if (isType(type, "multipart/form-data")) await readMultipart(chunks, boundaryOf(contentType), draft);
    else if (isType(type, "application/x-www-form-urlencoded")) await readUrlEncoded(chunks, draft);
    else throw wrongType(type);
    return draft;
  } catch (error) {
    await draft.remove();
    throw error;
  }
}

function isType(sent: string, type: string): boolean {
  return sent.trim().toLowerCase() === type;
}

function boundaryOf(contentType: string): string {
  const boundary = parseParameters(contentType)?.parameters.get("boundary") ?? "";
  if (boundary !== "" && boundary.length <= maxBoundaryLength) return boundary;
  const wanted = `a boundary of 1 to ${maxBoundaryLength} characters`;
  throw new FormError("malformed", `expected the content type multipart/form-data to have ${wanted}`);
}

function wrongType(type: string): FormError {
  const wanted = "multipart/form-data or application/x-www-form-urlencoded";
  return new FormError(
    "media-type",
    `expected the content type ${wanted}, got ${type === "" ? "none" : describe(type)}`,
  );
}

async function readMultipart(chunks: AsyncIterable<Uint8Array>, boundary: string, draft: FormDraft): Promise<void> {
  let part: PartSink | undefined;
  try {
    // One more than allowed, so that a part with too many is noticed.
    for await (const event of partEvents({ chunks, boundary, maxHeaderPairs: draft.limits.maxHeaderPairs + 1 })) {
      if (event.kind === "headers") part = openPart(event.headers, draft);
      else if (part === undefined) throw new FormError("malformed", "expected each part to begin with its headers");
      else if (event.kind === "data") await part.write(event.data);
      else {
        await part.end();
        await part.close();
        part = undefined;
      }
    }
  } finally {
    await part?.close();
  }
}
