import type { Outcome, SettleAnswer } from "../contract/outcome.ts";
import { place } from "./admission.ts";
import type { Core } from "./core.ts";
import { writeCourse } from "./course.ts";
import { end, type Ending } from "./endings.ts";
import { noteFailure } from "./failures.ts";
import { flagsAfter, lostToCrashes } from "./flags.ts";
import { carryOut } from "./insertion.ts";
import { planInsertion } from "./insertion-plan.ts";
import { findSeq, type JobRow, readJob } from "./job-row.ts";
import { PlainOutcomes } from "./plain-outcomes.ts";
import { noteSleep } from "./records.ts";
import { tokenNumber } from "../contract/token-number.ts";
import { freePermit } from "./withdrawal.ts";

/** Takes the outcomes of attempts whose jobs are still held under their tokens. */
export function settleJobs(core: Core, outcomes: readonly Outcome[]): readonly SettleAnswer[] {
  const plain = new PlainOutcomes(core);
  const answers = outcomes.map((outcome): SettleAnswer => {
    if (plain.take(outcome)) return "applied";
    // The others look at what has ended before them.
    plain.flush();
    return settleOne(core, outcome);
  });
  plain.flush();
  for (const { id } of outcomes) core.holds.delete(id);
  return answers;
}

function settleOne(core: Core, outcome: Outcome): SettleAnswer {
  const token = tokenNumber(outcome.token);
  const seq = findSeq(core, outcome.id);
  if (seq === undefined) return "lost";
  const job = readJob(core, seq);
  if (job.token !== token) return job.settledToken === token ? "repeated" : "lost";
  apply(core, { ...job, settledToken: token }, outcome);
  return "applied";
}

function apply(core: Core, job: JobRow, outcome: Outcome): void {
  switch (outcome.kind) {
    case "succeeded":
      return succeed(core, job, outcome);
    case "failed":
      noteFailure(core, job, outcome.error);
      return endHeld(core, { ...job, onlyCrashes: 0 }, { status: "failed", error: outcome.error });
    case "cancelled":
      return endHeld(core, job, { status: "cancelled", error: outcome.error });
    case "retry":
      noteFailure(core, job, outcome.error);
      return becomeDue(core, { ...job, onlyCrashes: 0 }, core.now + outcome.delayMs);
    case "snooze":
      return handBack(core, job, core.now + outcome.delayMs);
    case "sleep":
      if (job.stop === 0) noteSleep(core, job.seq, outcome.step, core.now + outcome.delayMs);
      return handBack(core, job, core.now + outcome.delayMs);
    case "release":
      return handBack(core, job);
  }
}

function succeed(core: Core, job: JobRow, { result, spawned = [] }: Outcome & { readonly kind: "succeeded" }): void {
  const decisions = planInsertion(core, spawned, job);
  endHeld(core, job, { status: "succeeded", result });
  carryOut(core, decisions);
}

/** Takes a held job back without costing an attempt; asked to cancel, it ends. */
export function handBack(core: Core, job: JobRow, dueAt: number = job.dueAt ?? core.now): void {
  becomeDue(core, { ...job, attempts: job.attempts - 1 }, dueAt);
}

/** A held job is due again at a time; asked to cancel, it ends. */
export function becomeDue(core: Core, job: JobRow, dueAt: number): void {
  if (job.stop === 1) return endHeld(core, job, { status: "cancelled" });
  letGo(core, job);
  writeCourse(core, job.seq, { ...job, dueAt });
  freePermit(core, job);
  place(core, { ...job, dueAt, flags: flagsAfter(job) });
}

/** Ends a job that a worker holds. */
export function endHeld(core: Core, job: JobRow, ending: Ending): void {
  letGo(core, job);
  freePermit(core, job);
  end(core, job, ending);
}

function letGo(core: Core, { seq, queue, flags }: JobRow): void {
  core.sql.run("delete from afterwork_claimed where seq = ?", seq);
  core.queues.count(queue, "running", -1);
  if ((flags & lostToCrashes) !== 0 && core.ready.haveCrashed()) core.pulse.note("jobs");
}
