import { DatabaseSync } from "node:sqlite";

import type { Child } from "./child.ts";

/**
 * Stops a process with SIGSTOP while it does not hold the lock of its SQLite file: if it did, nobody could take anything
 * over until it went on, and that is not what is to be shown.
 */
export async function freeze(child: Child, path: string): Promise<void> {
  for (;;) {
    child.process.kill("SIGSTOP");
    if (isFree(path)) return;
    child.process.kill("SIGCONT");
    await new Promise(setImmediate);
  }
}

export function thaw(child: Child): void {
  child.process.kill("SIGCONT");
}

function isFree(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 100 });
  try {
    database.exec("begin immediate; rollback");
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}
