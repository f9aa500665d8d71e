import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

import type { TaskFailed } from "afterwork";

/** A listener for `taskFailed` that keeps a file of incidents. A real app would tell its error tracker. */
export function incidentsIn(file: string): (failed: TaskFailed) => void {
  mkdirSync(dirname(file), { recursive: true });
  return ({ id, name, attempts, error }) => {
    const incident = { id, name, attempts, message: error instanceof Error ? error.message : String(error) };
    appendFileSync(file, `${JSON.stringify(incident)}\n`);
  };
}
