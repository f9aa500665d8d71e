import { AfterworkError } from "../../base/errors.ts";
import { checkOptions, describe, expected, type OptionRules } from "../../base/options.ts";
import { cleanFileName } from "./file-name.ts";
import { writeNewFile } from "./new-file.ts";
import type { SpooledFile } from "./spooled-file.ts";

/** Options of {@link UploadFile.saveTo}. */
export interface SaveOptions {
  /** The file name to use instead of the one that was sent. */
  readonly name?: string | undefined;
}

/** What the client said of a file, and how large it is. */
export interface UploadFacts {
  readonly filename: string;
  readonly type: string;
  readonly size: number;
}

const saveRules: OptionRules = {
  name: { expected: "a string", accepts: (value) => typeof value === "string" },
};

/**
 * A file that was uploaded with a form. It lies in a private temporary folder and is removed when the request and its
 * in-process tasks are over. It can be read and saved any number of times, concurrently too.
 */
export class UploadFile {
  /** The name exactly as the client sent it, perhaps empty. Never use it as a path; {@link UploadFile.saveTo} cleans it. */
  readonly filename: string;
  /** The media type as the client sent it, unverified; `"application/octet-stream"` when it sent none. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  readonly #content: SpooledFile;

  constructor(facts: UploadFacts, content: SpooledFile) {
    this.filename = facts.filename;
    this.type = facts.type;
    this.size = facts.size;
    this.#content = content;
  }

  /**
   * The content as a stream, from the beginning at each call.
   *
   * @throws {AfterworkError} code `UPLOAD_REMOVED`, after the request; a stream still being read then fails with it.
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#content.stream();
  }

  /**
   * The whole content in memory.
   *
   * @throws {AfterworkError} code `UPLOAD_REMOVED`, after the request.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#content.bytes();
  }

  /**
   * The whole content as text, read as UTF-8.
   *
   * @throws {AfterworkError} code `UPLOAD_REMOVED`, after the request.
   */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /**
   * Saves a copy directly inside `dir`, which is made if it is missing, and returns the absolute path written. The name
   * sent is cleaned: no path, drive, device or control characters, not hidden, at most 255 bytes. Nothing is ever
   * overwritten and no link is followed: a name that is taken becomes `cat-1.png`, `cat-2.png` and so on. A copy that
   * fails is removed.
   *
   * @throws {AfterworkError} code `UPLOAD_NAME`, when `name` is given and no plain file name that cleaning would keep.
   * @throws {AfterworkError} code `UPLOAD_REMOVED`, after the request.
   * @throws {InvalidOptionError} code `INVALID_OPTION`, for an empty `dir` or an unknown option.
   */
  async saveTo(dir: string, options: SaveOptions = {}): Promise<string> {
    if (typeof dir !== "string" || dir === "") throw expected("saveTo: dir", "the path of a folder", dir);
    checkOptions("saveTo", options, saveRules);
    const name = options.name === undefined ? cleanFileName(this.filename) : plainFileName(options.name);
    this.#content.assertPresent();
    return writeNewFile(dir, name, this.#content.stream());
  }
}

/** Not cleaned but refused: a program that names a file itself relies on finding it there. */
function plainFileName(name: string): string {
  const cleaned = cleanFileName(name);
  if (cleaned === name.normalize("NFC")) return cleaned;
  const wanted = 'a plain file name such as "cat.png", without a path';
  throw new AfterworkError("UPLOAD_NAME", `saveTo: name: expected ${wanted}, got ${describe(name)}`);
}
