import { AfterworkError } from "../../base/errors.ts";
import { maxPayloadBytes } from "../../tasks/payload.ts";
import type { RecordEntry } from "../contract/outcome.ts";
import { fitsInto, isStorable } from "./text-size.ts";

const maxEventBytes = 65_536;

/** An escaped UTF-16 unit takes six bytes at most, and there has to be room for the rest. */
const keptOfLongEvents = maxEventBytes / 8;

/**
 * The entries as stores take them. Of the data of an event that is too large the beginning is kept, as a string.
 *
 * @throws {AfterworkError} with the code `RESULT_INVALID` for the value of a step that is too large.
 */
export function checkedEntries(entries: readonly RecordEntry[]): readonly RecordEntry[] {
  return entries.every(isReady) ? entries : entries.map(ready);
}

function isReady(entry: RecordEntry): boolean {
  if (entry.kind !== "step") return fitsInto(entry.data, maxEventBytes);
  if (fitsInto(entry.value, maxPayloadBytes) && isStorable(entry.value) && isStorable(entry.name)) return true;
  const wanted = `at most ${maxPayloadBytes} bytes, and neither U+0000 nor lone surrogates`;
  const message = `the step ${JSON.stringify(entry.name)} of the job ${entry.id}: expected ${wanted}`;
  throw new AfterworkError("RESULT_INVALID", message, { details: { job: entry.id } });
}

function ready(entry: RecordEntry): RecordEntry {
  if (isReady(entry) || entry.kind === "step") return entry;
  return { ...entry, data: JSON.stringify(`${entry.data.slice(0, keptOfLongEvents)}…`) };
}
