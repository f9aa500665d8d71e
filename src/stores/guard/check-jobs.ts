import { expected, wholeNumber, type OptionRule } from "../../base/options.ts";
import { maxPayloadBytes } from "../../tasks/payload.ts";
import { InvalidArgumentsError } from "../../tasks/payload-errors.ts";
import { isAlike } from "../contract/job-shape.ts";
import type { NewJob } from "../contract/new-job.ts";
import { isPlain } from "../contract/plain-job.ts";
import { isJobId } from "./job-ids.ts";
import { fitsInto, isStorable } from "./text-size.ts";
import { hasOwnFraction, hasFractionInShape, withWholeTimes } from "./whole-times.ts";

const mostParents = 10_000;
const longestName = 500;
const longestKey = 2000;

const aName: OptionRule = {
  expected: `a string of 1 to ${longestName} characters, without U+0000 and lone surrogates`,
  accepts: (value) => typeof value === "string" && value.length > 0 && value.length <= longestName && isStorable(value),
};
const aKey: OptionRule = {
  expected: `a string of at most ${longestKey} characters, without U+0000 and lone surrogates`,
  accepts: (value) =>
    value === undefined || (typeof value === "string" && value.length <= longestKey && isStorable(value)),
};
const aTime: OptionRule = {
  expected: "a number of milliseconds, not negative",
  accepts: (value) => value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0),
};
const aLength: OptionRule = {
  expected: "a number of milliseconds, more than 0",
  accepts: (value) => value === undefined || (typeof value === "number" && Number.isFinite(value) && value > 0),
};
const aLimit: OptionRule = {
  expected: "a whole number of at least 1",
  accepts: (value) => value === undefined || (Number.isSafeInteger(value) && Number(value) >= 1),
};
const aText: OptionRule = {
  expected: `a text of at most ${maxPayloadBytes} bytes, without U+0000 and lone surrogates`,
  accepts: (value) =>
    value === undefined || (typeof value === "string" && fitsInto(value, maxPayloadBytes) && isStorable(value)),
};
const parentIds: OptionRule = {
  expected: `at most ${mostParents} ids of jobs, without duplicates`,
  accepts: (value) => value === undefined || (Array.isArray(value) && areParents(value)),
};

type Rules = readonly (readonly [name: string, rule: OptionRule, read: (job: NewJob) => unknown])[];

/** What the shape of a job has to be like. */
const shapeRules: Rules = [
  ["task", aName, (job) => job.task],
  ["queue", aName, (job) => job.queue],
  ["priority", wholeNumber(-100, 100), (job) => job.priority],
  ["options", aText, (job) => job.options],
  ["crash.maxAttempts", aLimit, (job) => job.crash.maxAttempts],
  ["crash.delayMs", aTime, (job) => job.crash.delayMs],
  ["crash.maxDelayMs", aTime, (job) => job.crash.maxDelayMs],
  ["keep.succeededMs", aTime, (job) => job.keep.succeededMs],
  ["keep.failedMs", aTime, (job) => job.keep.failedMs],
];

/** What may be a job's own, and mostly is absent. Read one after the other, so nothing is made where nothing is wrong. */
const ownRules: Rules = [
  ["delayMs", aTime, (job) => job.delayMs],
  ["runAt", aTime, (job) => job.runAt],
  ["expiresInMs", aTime, (job) => job.expiresInMs],
  ["expiresAt", aTime, (job) => job.expiresAt],
  ["trace", aKey, (job) => job.trace],
  ["unique.key", aKey, (job) => job.unique?.key],
  ["unique.forMs", aLength, (job) => job.unique?.forMs],
  ["unique.maxWaitMs", aTime, (job) => job.unique?.maxWaitMs],
  ["concurrency.key", aKey, (job) => job.concurrency?.key],
  ["concurrency.limit", aLimit, (job) => job.concurrency?.limit],
  ["rate.key", aKey, (job) => job.rate?.key],
  ["rate.limit", aLimit, (job) => job.rate?.limit],
  ["rate.perMs", aLength, (job) => job.rate?.perMs],
  ["parents", parentIds, (job) => job.parents],
];

/**
 * The jobs as stores take them: times are rounded to whole milliseconds.
 *
 * @throws {InvalidOptionError} for a job that no store could keep. @throws {InvalidArgumentsError} for arguments that are
 * too large.
 */
export function checkedJobs(jobs: readonly NewJob[]): readonly NewJob[] {
  let isWhole = true;
  let before: NewJob | undefined;
  for (const job of jobs) {
    if (!isJobId(job.id)) throw expected("the id of a job", "a UUID in lower case", job.id);
    // Those of one task share their shape, which is looked at once.
    const isNew = before === undefined || !isAlike(before, job);
    if (isNew) check(job, shapeRules);
    if (!isPlain(job) || job.delayMs !== undefined || job.runAt !== undefined || job.trace !== undefined) {
      check(job, ownRules);
    }
    checkArgs(job);
    isWhole &&= !hasOwnFraction(job) && !(isNew && hasFractionInShape(job));
    before = job;
  }
  return isWhole ? jobs : jobs.map(withWholeTimes);
}

function check(job: NewJob, rules: Rules): void {
  for (const [name, rule, read] of rules) {
    const value = read(job);
    if (!rule.accepts(value)) throw expected(`the job ${job.id} of ${job.task}: ${name}`, rule.expected, value);
  }
}

function checkArgs({ task, args }: NewJob): void {
  if (!isStorable(args)) {
    const message = "expected a text without U+0000 and lone surrogates, as JSON is; its codec made another one";
    throw new InvalidArgumentsError(task, [{ path: [], message }]);
  }
  if (fitsInto(args, maxPayloadBytes)) return;
  const message = `expected at most ${maxPayloadBytes} bytes of text; store the data somewhere else, and pass a reference`;
  throw new InvalidArgumentsError(task, [{ path: [], message }]);
}

function areParents(ids: readonly unknown[]): boolean {
  if (ids.length > mostParents || new Set(ids).size < ids.length) return false;
  return ids.every((id) => typeof id === "string" && isJobId(id));
}
