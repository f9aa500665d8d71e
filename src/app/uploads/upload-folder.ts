import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpooledFile } from "./spooled-file.ts";

/** A file that is being written, and the reader of it for later. */
export interface NewSpooledFile {
  readonly handle: FileHandle;
  readonly file: SpooledFile;
}

/** The temporary folder of one form's files: made with the first file, private to this user. */
export class UploadFolder {
  readonly #files: SpooledFile[] = [];
  #path: string | undefined;

  /** A new empty file. Not to be called concurrently, nor after {@link UploadFolder.remove}; the caller closes the handle. */
  async createFile(): Promise<NewSpooledFile> {
    // The folder that mkdtemp makes has mode 0700.
    this.#path ??= await mkdtemp(join(tmpdir(), "afterwork-upload-"));
    const path = join(this.#path, String(this.#files.length));
    const handle = await open(path, "wx", 0o600);
    const file = new SpooledFile(path);
    this.#files.push(file);
    return { handle, file };
  }

  /** Closes and removes everything. May be called again, also when it failed before. */
  async remove(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
    // Windows refuses while another program, such as a virus scanner, looks at a file.
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true, maxRetries: 3 });
  }
}
