import { createHash } from "node:crypto";

/** A name on the server for a text of any length: without blanks, no longer than names may be, and the same every time. */
export function stableName(text: string): string {
  return `afterwork_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}
