import { depends, type Dependency } from "afterwork";

import type { Notes } from "./notes.ts";

/** A dependency of function scope that tells how it ends. */
export function sessionOf(notes: Notes): Dependency<string> {
  return depends(async function* session() {
    try {
      yield "open";
      notes.add("commit");
    } catch (error) {
      notes.add(`rollback: ${(error as Error).message}`);
      throw error;
    }
  });
}
