import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, onTestFinished } from "vitest";
import type { Form } from "../../../src/app/uploads/form-draft.ts";
import { FormError } from "../../../src/app/uploads/form-error.ts";
import type { FormLimits } from "../../../src/app/uploads/form-limits.ts";
import { readForm } from "../../../src/app/uploads/multipart.ts";
import type { UploadFile } from "../../../src/app/uploads/upload-file.ts";

export const boundary = "----boundary7MA4YWxkTrZu0gW";
export const multipartType = `multipart/form-data; boundary=${boundary}`;

/** The folders of one test. */
export interface TestFolders {
  /** Where the test saves to; missing at first. */
  readonly target: string;
  /** What lies in the temporary folder of the system, as the library sees it. */
  leftovers(): readonly string[];
}

/** Gives each test a temporary folder of its own, which is what `os.tmpdir()` returns meanwhile. */
export function useTestFolders(): TestFolders {
  const original = process.env["TMPDIR"];
  const folders = { root: "", temporary: "" };
  beforeEach(() => {
    folders.root = mkdtempSync(join(tmpdir(), "forms-test-"));
    folders.temporary = join(folders.root, "temporary");
    mkdirSync(folders.temporary);
    process.env["TMPDIR"] = folders.temporary;
    // Runs after the test's own hooks, also when one of them fails.
    onTestFinished(() => {
      if (original === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = original;
      rmSync(folders.root, { recursive: true, force: true });
    });
  });
  return {
    get target() {
      return join(folders.root, "target");
    },
    leftovers: () => readdirSync(folders.temporary, { recursive: true }).map(String),
  };
}

/** One part: its header lines, then its content. */
export type Part = readonly [headers: string, content: string | Uint8Array];

export function multipart(...parts: readonly Part[]): Buffer {
  const bytes = parts.flatMap(([headers, content]) => [
    Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...bytes, Buffer.from(`--${boundary}--\r\n`)]);
}

export function field(name: string, value: string): Part {
  return [`Content-Disposition: form-data; name="${name}"`, value];
}

export function file(name: string, filename: string, content: string | Uint8Array = "content"): Part {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${filename}"`;
  return [`${disposition}\r\nContent-Type: text/plain`, content];
}

/** A body in chunks of a given size; by default all at once. */
export function streamOf(bytes: Uint8Array, chunkSize: number = bytes.byteLength): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(position, position + chunkSize));
      position += chunkSize;
    },
  });
}

export const megabyte = 1_048_576;

/** How a test departs from a multipart body of up to 1 MiB in one chunk. */
export interface ReadOptions {
  readonly contentType?: string;
  readonly limits?: Partial<FormLimits>;
  readonly chunkSize?: number;
}

export function read(bytes: Uint8Array, { contentType, limits, chunkSize }: ReadOptions = {}): Promise<Form> {
  return readForm({
    contentType: contentType ?? multipartType,
    body: streamOf(bytes, chunkSize),
    limits: { bodyLimit: megabyte, ...limits },
  });
}

export function readUrlEncoded(text: string, options: ReadOptions = {}): Promise<Form> {
  return read(Buffer.from(text), { contentType: "application/x-www-form-urlencoded", ...options });
}

/** The fault that reading ends with; anything else fails the test. */
export async function faultOf(reading: Promise<Form>): Promise<FormError> {
  const outcome: unknown = await reading.catch((error: unknown) => error);
  if (outcome instanceof FormError) return outcome;
  throw new Error("expected a FormError", { cause: outcome });
}

/** A file that was really uploaded. */
export async function upload(part: Part): Promise<{ form: Form; file: UploadFile }> {
  const form = await read(multipart(part));
  const uploaded = [...form.files.values()].flat()[0];
  if (uploaded === undefined) throw new Error("the form has no file");
  return { form, file: uploaded };
}

/** Fields and file contents as plain lists, to compare whole forms. */
export async function contentsOf(form: Form): Promise<readonly (readonly [string, string])[]> {
  const fields = [...form.fields].flatMap(([name, values]) => values.map((value) => [name, value] as const));
  const files = [...form.files].flatMap(([name, uploads]) => uploads.map((upload) => [name, upload] as const));
  return [...fields, ...(await Promise.all(files.map(async ([name, upload]) => [name, await upload.text()] as const)))];
}

/** How many uploads this process has open; 0 where the system does not tell. */
export function openUploads(): number {
  const folder = "/proc/self/fd";
  if (!existsSync(folder)) return 0;
  const links = readdirSync(folder).map((fd) => linkTarget(join(folder, fd)));
  return links.filter((target) => target.includes("afterwork-upload-")).length;
}

/** The descriptor that listed the folder is among those listed, and closed by now. */
function linkTarget(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? "" : readlinkSync(path);
}
