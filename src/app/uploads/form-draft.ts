import { describe } from "../../base/options.ts";
import { FormError } from "./form-error.ts";
import type { AllFormLimits } from "./form-limits.ts";
import type { UploadFile } from "./upload-file.ts";
import { type NewSpooledFile, UploadFolder } from "./upload-folder.ts";

/** Far beyond any name in a form; it keeps a name from being used as a second, unlimited value. */
const maxNameBytes = 1_024;

/** A form as it was sent: by name all values, in their order. A name that was sent twice has two values. */
export interface Form {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Without the file inputs that were left empty. */
  readonly files: ReadonlyMap<string, readonly UploadFile[]>;
  /** Removes the files from the disk; reading them fails from then on. May be called again, also when it failed before. */
  remove(): Promise<void>;
}

/** A form while it is being read: counts against the limits and owns the files. */
export class FormDraft implements Form {
  // Maps, since a field may be called "__proto__".
  readonly fields: Map<string, string[]> = new Map();
  readonly files: Map<string, UploadFile[]> = new Map();
  readonly limits: AllFormLimits;
  readonly #folder = new UploadFolder();
  #fieldCount = 0;
  #fileCount = 0;

  constructor(limits: AllFormLimits) {
    this.limits = limits;
  }

  /** Counts one more field; to be called before its value is read. */
  startField(name: string): void {
    checkName(name);
    this.#fieldCount += 1;
    if (this.#fieldCount > this.limits.maxFields) throw tooMany(this.limits.maxFields, "fields", name);
  }

  addField(name: string, value: string): void {
    append(this.fields, name, value);
  }

  /** Counts one more file and creates it on the disk. */
  async startFile(name: string): Promise<NewSpooledFile> {
    checkName(name);
    this.#fileCount += 1;
    if (this.#fileCount > this.limits.maxFiles) throw tooMany(this.limits.maxFiles, "files", name);
    return this.#folder.createFile();
  }

  addFile(name: string, file: UploadFile): void {
    append(this.files, name, file);
  }

  remove(): Promise<void> {
    return this.#folder.remove();
  }
}

function append<Value>(entries: Map<string, Value[]>, name: string, value: Value): void {
  const values = entries.get(name);
  if (values === undefined) entries.set(name, [value]);
  else values.push(value);
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) <= maxNameBytes) return;
  throw new FormError("too-large", `expected the name of a field to have at most ${maxNameBytes} bytes`);
}

function tooMany(limit: number, what: string, name: string): FormError {
  return new FormError("too-many", `expected at most ${limit} ${what}, got more, such as ${describe(name)}`, name);
}

/** The fault of a field or file over its size. */
export function tooLarge(what: "field" | "file", name: string, limit: number): FormError {
  return new FormError("too-large", `expected the ${what} ${describe(name)} to have at most ${limit} bytes`, name);
}
