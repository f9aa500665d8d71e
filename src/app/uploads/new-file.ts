import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { suffixedFileName } from "./file-name.ts";

/** Counting on beyond this would make each further file of a full folder slower than the one before. */
const lastNumber = 100;

/**
 * Writes a new file into `dir`, which is made if it is missing, and returns its absolute path. A name that is taken, be it
 * by a file, a folder or a link, gets `-1`, `-2`, … before its extension. A write that fails leaves no file behind.
 *
 * @param name a clean file name, see {@link cleanFileName}
 */
export async function writeNewFile(dir: string, name: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = resolve(dir);
  await mkdir(folder, { recursive: true });
  const { path, handle } = await createNew(folder, name);
  try {
    for await (const chunk of content) await handle.writeFile(chunk);
    await handle.close();
  } catch (error) {
    await handle.close();
    await unlink(path);
    throw error;
  }
  return path;
}

async function createNew(folder: string, name: string): Promise<{ path: string; handle: FileHandle }> {
  for (let attempt = 0; ; attempt += 1) {
    const path = join(folder, candidate(name, attempt));
    try {
      // "x" makes the system itself refuse what exists, in one step, and it follows no link there.
      return { path, handle: await open(path, "wx") };
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

function candidate(name: string, attempt: number): string {
  if (attempt === 0) return name;
  return suffixedFileName(name, attempt <= lastNumber ? String(attempt) : randomBytes(6).toString("hex"));
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
