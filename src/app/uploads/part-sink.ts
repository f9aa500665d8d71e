import { describe } from "../../base/options.ts";
import { type FormDraft, tooLarge } from "./form-draft.ts";
import { FormError } from "./form-error.ts";
import { decodeExtended, type ParameterHeader, parseParameters } from "./header-parameters.ts";
import type { PartHeaders } from "./part-events.ts";
import { UploadFile } from "./upload-file.ts";
import type { NewSpooledFile } from "./upload-folder.ts";

/** All headers of one part together. */
const maxHeaderBytes = 16_384;

/** Where the content of one part goes. */
export interface PartSink {
  write(data: Uint8Array): Promise<void> | void;
  /** The part is complete: it enters the form. */
  end(): Promise<void> | void;
  /** Frees what is held, after `end` or instead of it. */
  close(): Promise<void> | void;
}

/** What the headers of a part say. */
interface PartHead {
  readonly name: string;
  /** `undefined` for a field that is no file. */
  readonly filename: string | undefined;
  readonly type: string | undefined;
}

/**
 * Opens the part that these headers begin: one with a file name, be it empty, is a file, every other one a field.
 *
 * @throws {FormError} `malformed`, `too-large` or `too-many`
 * @see RFC 7578, section 4.2
 */
export function openPart(headers: PartHeaders, draft: FormDraft): PartSink {
  checkHeaders(headers, draft.limits.maxHeaderPairs);
  const head = readHead(headers);
  return head.filename === undefined ? new FieldSink(head, draft) : new FileSink(head, head.filename, draft);
}

function checkHeaders(headers: PartHeaders, maxPairs: number): void {
  const pairs = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name + value));
  if (pairs.length > maxPairs) throw new FormError("too-many", `expected at most ${maxPairs} headers in each part`);
  if (pairs.join("").length <= maxHeaderBytes) return;
  throw new FormError("too-large", `expected the headers of each part to have at most ${maxHeaderBytes} bytes`);
}

function readHead(headers: PartHeaders): PartHead {
  const disposition = parseParameters(onlyHeader(headers, "content-disposition") ?? "");
  const name = disposition?.parameters.get("name");
  if (disposition?.value !== "form-data" || name === undefined) {
    throw new FormError("malformed", 'expected each part to have the header Content-Disposition: form-data; name="…"');
  }
  return { name: unescape(name), filename: filenameOf(disposition), type: onlyHeader(headers, "content-type")?.trim() };
}

function onlyHeader(headers: PartHeaders, name: string): string | undefined {
  const [value, another] = headers[name] ?? [];
  if (another !== undefined) throw new FormError("malformed", `expected one header ${name} in each part, got more`);
  return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
}

function filenameOf({ parameters }: ParameterHeader): string | undefined {
  const plain = parameters.get("filename");
  const extended = parameters.get("filename*");
  if (extended === undefined) return plain === undefined ? undefined : unescape(plain);
  const filename = decodeExtended(extended);
  if (filename !== undefined) return filename;
  throw new FormError("malformed", `expected filename* to be such as UTF-8''cat.png, got ${describe(extended)}`);
}

/** @see https://html.spec.whatwg.org/#multipart-form-data, which has browsers escape these three and nothing else */
function unescape(name: string): string {
  return name.replaceAll(/%0A/gi, "\n").replaceAll(/%0D/gi, "\r").replaceAll("%22", '"');
}

/** A field that is no file: kept in memory. */
class FieldSink implements PartSink {
  readonly #head: PartHead;
  readonly #draft: FormDraft;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(head: PartHead, draft: FormDraft) {
    draft.startField(head.name);
    this.#head = head;
    this.#draft = draft;
  }

  write(data: Uint8Array): void {
    this.#size += data.byteLength;
    const { maxFieldSize } = this.#draft.limits;
    if (this.#size > maxFieldSize) throw tooLarge("field", this.#head.name, maxFieldSize);
    this.#pieces.push(data);
  }

  end(): void {
    this.#draft.addField(this.#head.name, decodeText(Buffer.concat(this.#pieces), this.#head.type));
  }

  close(): void {}
}

/** Some HTTP clients send every field as ISO-8859-1 and say so. A charset that is unknown is taken for UTF-8. */
function decodeText(bytes: Uint8Array, type: string | undefined): string {
  const charset = parseParameters(type ?? "")?.parameters.get("charset") ?? "utf-8";
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}

/** A file: written to the disk as it comes. */
class FileSink implements PartSink {
  readonly #head: PartHead;
  readonly #filename: string;
  readonly #draft: FormDraft;
  #created: NewSpooledFile | undefined;
  #size = 0;

  constructor(head: PartHead, filename: string, draft: FormDraft) {
    this.#head = head;
    this.#filename = filename;
    this.#draft = draft;
  }

  async write(data: Uint8Array): Promise<void> {
    // Whether there may be another file at all is judged before its size.
    const { handle } = await this.#create();
    this.#size += data.byteLength;
    const { maxFileSize } = this.#draft.limits;
    if (this.#size > maxFileSize) throw tooLarge("file", this.#head.name, maxFileSize);
    await handle.writeFile(data);
  }

  async end(): Promise<void> {
    // A browser sends an empty file input as a nameless file of no bytes.
    if (this.#filename === "" && this.#size === 0) return;
    const { file } = await this.#create();
    const type = this.#head.type ?? "application/octet-stream";
    this.#draft.addFile(this.#head.name, new UploadFile({ filename: this.#filename, type, size: this.#size }, file));
  }

  async close(): Promise<void> {
    await this.#created?.handle.close();
  }

  async #create(): Promise<NewSpooledFile> {
    this.#created ??= await this.#draft.startFile(this.#head.name);
    return this.#created;
  }
}
