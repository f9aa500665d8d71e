import type { Form } from "../uploads/form-draft.ts";
import { FormError } from "../uploads/form-error.ts";
import { HTTPException } from "../http-exception.ts";
import { readForm } from "../uploads/multipart.ts";
import type { RequestSource } from "../request/request-source.ts";
import { acceptsType, defaultFileCount, defaultFileSize, type FileOptions } from "./file-options.ts";
import { RequestValidationError } from "./fault.ts";
import { mediaType, unfinishedBody } from "./json-body.ts";

/** The room that a route's form has: what it may hold in memory, and the files it asks for. */
export interface FormRoom {
  /** Bytes for everything that is no file. */
  readonly bodyLimit: number;
  readonly files: readonly { readonly name: string; readonly list: boolean; readonly options: FileOptions }[];
}

/**
 * Reads a form whole; its files lie on disk until `remove` is called.
 *
 * @throws {HTTPException} 415 for another media type, 413 for more than there is room for.
 * @throws {RequestValidationError} for a form that is malformed.
 */
export async function readFormBody(source: RequestSource, room: FormRoom): Promise<Form | undefined> {
  if (mediaType(source) === undefined && isEmpty(source)) return undefined;
  const counts = room.files.map(({ list, options }) => (list ? (options.maxCount ?? defaultFileCount) : 1));
  const sizes = room.files.map(({ options }) => options.maxSize ?? defaultFileSize);
  const forFiles = sizes.reduce((sum, size, index) => sum + size * (counts[index] ?? 1), 0);
  try {
    const form = await readForm({
      contentType: source.header("content-type") ?? "",
      body: source.request.body,
      limits: {
        bodyLimit: room.bodyLimit + forFiles,
        maxFieldSize: room.bodyLimit,
        maxFileSize: Math.max(0, ...sizes),
        maxFiles: counts.reduce((sum, count) => sum + count, 0),
      },
    });
    return await checked(form, room);
  } catch (error) {
    if (error instanceof FormError) throw answer(error);
    throw source.signal.aborted ? unfinishedBody(error) : error;
  }
}

function isEmpty(source: RequestSource): boolean {
  return source.request.body === null || source.header("content-length") === "0";
}

/** What only this route can judge: which files it asked for, how large, how many, of which type. */
async function checked(form: Form, room: FormRoom): Promise<Form> {
  try {
    for (const { name, list, options } of room.files) {
      const files = form.files.get(name) ?? [];
      const maxSize = options.maxSize ?? defaultFileSize;
      if (list && files.length > (options.maxCount ?? defaultFileCount)) {
        throw new FormError("too-many", `expected at most ${options.maxCount ?? defaultFileCount} files`, name);
      }
      for (const { size, type } of files) {
        if (size > maxSize) throw new FormError("too-large", `expected a file of at most ${maxSize} bytes`, name);
        if (options.types !== undefined && !acceptsType(options.types, type)) {
          throw new FormError(
            "media-type",
            `expected a file of the type ${options.types.join(" or ")}, got ${type}`,
            name,
          );
        }
      }
    }
    return form;
  } catch (error) {
    await form.remove();
    throw error;
  }
}

function answer(error: FormError): Error {
  const where = error.field === undefined ? "" : `${error.field}: `;
  if (error.kind === "media-type") return new HTTPException(415, where + error.message, {}, { cause: error });
  if (error.kind !== "malformed") return new HTTPException(413, where + error.message, {}, { cause: error });
  const loc = error.field === undefined ? ["body"] : ["body", error.field];
  return new RequestValidationError([{ type: "form_invalid", loc, msg: error.message, input: null }]);
}
