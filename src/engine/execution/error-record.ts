import { messageOf } from "../../base/errors.ts";
import type { ErrorRecord } from "../../stores/contract/job-record.ts";

const longestMessage = 8 * 1024;
const longestStack = 16 * 1024;

/** An error as it is kept: bounded, and whatever was thrown. */
export function errorRecord(thrown: unknown): ErrorRecord {
  const message = messageOf(thrown).slice(0, longestMessage);
  if (!(thrown instanceof Error)) return { name: "NonError", message };
  const name = messageOf(thrown.name).slice(0, 200);
  return typeof thrown.stack === "string"
    ? { name, message, stack: thrown.stack.slice(0, longestStack) }
    : { name, message };
}
