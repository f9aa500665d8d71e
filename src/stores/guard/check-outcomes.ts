import { AfterworkError } from "../../base/errors.ts";
import { expected } from "../../base/options.ts";
import { maxPayloadBytes } from "../../tasks/payload.ts";
import type { Outcome } from "../contract/outcome.ts";
import { checkedJobs } from "./check-jobs.ts";
import { fitsInto, isStorable } from "./text-size.ts";
import { rounded } from "./whole-times.ts";

/** The list of a group is a result that holds many results, so this is more than one task may return. */
const maxResultBytes = 64 * maxPayloadBytes;

/**
 * The outcomes as stores take them: waits are rounded to whole milliseconds.
 *
 * @throws {AfterworkError} with the code `RESULT_INVALID` for a result that is too large, or that no store could keep.
 * @throws {InvalidOptionError} for a wait that is none, or a spawned job that no store could keep.
 */
export function checkedOutcomes(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.every(isReady) ? outcomes : outcomes.map(ready);
}

/** Can it go as it is? */
function isReady(outcome: Outcome): boolean {
  if ("delayMs" in outcome) return isWait(outcome) && Number.isInteger(outcome.delayMs);
  if (outcome.kind !== "succeeded") return true;
  checkResult(outcome);
  return outcome.spawned === undefined || checkedJobs(outcome.spawned) === outcome.spawned;
}

function ready(outcome: Outcome): Outcome {
  if (isReady(outcome)) return outcome;
  if ("delayMs" in outcome) return rounded(outcome);
  if (outcome.kind !== "succeeded" || outcome.spawned === undefined) return outcome;
  return { ...outcome, spawned: checkedJobs(outcome.spawned) };
}

function isWait({ id, delayMs }: { readonly id: string; readonly delayMs: number }): true {
  if (Number.isFinite(delayMs) && delayMs >= 0) return true;
  throw expected(`the job ${id}: delayMs`, "a number of milliseconds, not negative", delayMs);
}

function checkResult({ id, result }: { readonly id: string; readonly result: string | undefined }): void {
  if (result === undefined || (fitsInto(result, maxResultBytes) && isStorable(result))) return;
  const wanted = `at most ${maxResultBytes} bytes of text, without U+0000 and lone surrogates`;
  const message = `the result of the job ${id}: expected ${wanted}`;
  throw new AfterworkError("RESULT_INVALID", message, { details: { job: id } });
}
