import { isPlainObject } from "../../base/options.ts";
import { HTTPException } from "../http-exception.ts";
import type { ParsedBody } from "../request/request-source.ts";
import type { Form } from "../uploads/form-draft.ts";
import type { FormRoom } from "./form-body.ts";

const multipart = /^multipart\//i;

/**
 * The fields of a form that somebody has parsed already, each a text or a list of texts. Files are not among what parsers
 * agree on, so they have to be read here.
 *
 * @throws {HTTPException} 415 for what is no form.
 * @throws {Error} where a file was asked for, and somebody has read what it may have been in.
 */
export function parsedForm({ value }: ParsedBody, room: FormRoom, contentType = ""): Form | undefined {
  if (value === undefined || value === null) return undefined;
  const wantsFile = room.files.some(({ options }) => options.optional !== true);
  if (wantsFile && multipart.test(contentType)) throw consumed();
  if (typeof value !== "object" || Array.isArray(value)) throw new HTTPException(415, "expected a form");
  const fields = new Map<string, string[]>();
  for (const [name, field] of Object.entries(isPlainObject(value) ? value : { ...value })) {
    fields.set(name, (Array.isArray(field) ? field : [field]).map(String));
  }
  return { fields, files: new Map(), remove: () => Promise.resolve() };
}

function consumed(): Error {
  return new Error(
    "file(): the framework has read the body already; leave multipart/form-data unparsed on routes whose files are inputs",
  );
}
