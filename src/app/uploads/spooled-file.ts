import { type FileHandle, open, readFile } from "node:fs/promises";
import { AfterworkError } from "../../base/errors.ts";

const chunkBytes = 65_536;

/** An uploaded file on disk, which can be read any number of times until it is removed. */
export class SpooledFile {
  readonly #path: string;
  readonly #open = new Set<FileHandle>();
  #removed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** A stream of its own from the beginning of the file. @throws {AfterworkError} `UPLOAD_REMOVED`, also while it is read. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.assertPresent();
    let handle: FileHandle | undefined;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          handle ??= await this.#openFile();
          const chunk = await this.#read(handle);
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
        cancel: async () => {
          if (handle !== undefined) await this.#close(handle);
        },
      },
      // Nothing is opened before somebody reads, so a stream that is merely made holds nothing.
      { highWaterMark: 0 },
    );
  }

  /** The whole content. @throws {AfterworkError} `UPLOAD_REMOVED` */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.assertPresent();
    const { buffer, byteOffset, byteLength } = await readFile(this.#path).catch((error: unknown) =>
      this.#missing(error),
    );
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  /** @throws {AfterworkError} `UPLOAD_REMOVED` */
  assertPresent(): void {
    if (this.#removed) throw removed();
  }

  /** Ends every stream that is still being read with an error. The file itself goes with its folder. */
  async close(): Promise<void> {
    this.#removed = true;
    await Promise.all([...this.#open].map((handle) => this.#close(handle)));
  }

  async #openFile(): Promise<FileHandle> {
    this.assertPresent();
    const handle = await open(this.#path, "r").catch((error: unknown) => this.#missing(error));
    this.#open.add(handle);
    if (this.#removed) await this.#close(handle);
    return handle;
  }

  async #read(handle: FileHandle): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.assertPresent();
    const { bytesRead, buffer } = await handle.read(new Uint8Array(chunkBytes), 0, chunkBytes);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    await this.#close(handle);
    return undefined;
  }

  async #close(handle: FileHandle): Promise<void> {
    if (this.#open.delete(handle)) await handle.close();
  }

  /** Temporary folders are also emptied by others, so a file can be missing that was never removed here. */
  #missing(error: unknown): never {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw isMissing ? removed(error) : error;
  }
}

function removed(cause?: unknown): AfterworkError {
  const message =
    "the upload has been removed, since its request is over; " +
    "save it with saveTo(), or read it in the handler or in an in-process task of the request";
  return new AfterworkError("UPLOAD_REMOVED", message, cause === undefined ? {} : { cause });
}
