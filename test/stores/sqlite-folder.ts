import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the files of one test, which goes with it. */
export class SqliteFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "afterwork-sqlite-"));
  #files = 0;

  /** The path of a file that isn't there yet. */
  newFile(): string {
    this.#files += 1;
    return join(this.path, `store-${this.#files}.db`);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
