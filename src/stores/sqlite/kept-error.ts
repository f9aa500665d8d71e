import type { ErrorRecord } from "../contract/job-record.ts";

/** An error as it was stored. */
export function parseError(text: string | null): ErrorRecord | undefined {
  return text === null ? undefined : (JSON.parse(text) as ErrorRecord);
}
