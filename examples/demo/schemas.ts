import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";

import { postgres } from "afterwork/postgres";

const program = fileURLToPath(new URL("./drop-schemas.ts", import.meta.url));

/** The database of `DATABASE_URL` can't be used. */
export class NoDatabaseError extends Error {
  override readonly name = "NoDatabaseError";
}

/** A name that no schema has: that of a user's own jobs is none of the demo's business. */
export function newSchemaName(): string {
  return `afterwork_demo_${randomBytes(6).toString("hex")}`;
}

/** Schemas of this run in the database of `DATABASE_URL`; none where that isn't set. */
export class Schemas {
  readonly #made: string[] = [];

  /** @throws {NoDatabaseError} */
  async make(schema: string): Promise<void> {
    const url = process.env["DATABASE_URL"];
    if (!url) return;
    try {
      const store = postgres(url, { schema });
      await store.migrate();
      this.#made.push(schema);
      await store.close();
    } catch (error) {
      throw new NoDatabaseError(`DATABASE_URL: ${(error as Error).message}`, { cause: error });
    }
  }

  /** At once, as the end of a process needs it, in which nothing can be waited for. */
  drop(): void {
    const names = this.#made.splice(0);
    if (names.length > 0) spawnSync(process.execPath, [program, ...names], { stdio: "inherit" });
  }
}
