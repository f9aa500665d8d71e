import { isAlike, type JobShape } from "../contract/job-shape.ts";
import type { NewJob } from "../contract/new-job.ts";
import { plainArray, textArray } from "./array-literal.ts";
import type { Value } from "./client/database.ts";
import { flag } from "./schema/flags.ts";

/** Has it gates or an expiry, but nothing that other jobs have a part in? */
export function isKeyed({ unique, parents }: NewJob): boolean {
  return unique === undefined && parents === undefined;
}

/** So many are compared with; a call with more kinds of jobs sends some of them more than once. */
const mostCompared = 8;

/** The parameters of `insert_plain`: what many jobs have in common is sent once. */
export function plainParameters(jobs: readonly NewJob[]): readonly Value[] {
  const shapes: JobShape[] = [];
  const numbers = jobs.map((job) => numberOf(shapes, job));
  return [
    plainArray(jobs.map(({ id }) => id)),
    textArray(jobs.map(({ args }) => args)),
    plainArray(numbers),
    someHave(jobs, ({ trace }) => trace) ? textArray(jobs.map(({ trace }) => trace)) : null,
    someHave(jobs, ({ delayMs }) => delayMs) ? plainArray(jobs.map(({ delayMs }) => delayMs)) : null,
    someHave(jobs, ({ runAt }) => runAt) ? plainArray(jobs.map(({ runAt }) => runAt)) : null,
    textArray(shapes.map(({ task }) => task)),
    textArray(shapes.map(({ queue }) => queue)),
    plainArray(shapes.map(({ priority }) => priority)),
    plainArray(shapes.map(({ crash }) => crashFlags(crash))),
    textArray(shapes.map(({ options }) => options)),
    plainArray(shapes.map(({ keep }) => keep.succeededMs)),
    plainArray(shapes.map(({ keep }) => keep.failedMs)),
    plainArray(shapes.map(({ crash }) => crash.maxAttempts)),
    plainArray(shapes.map(({ crash }) => crash.delayMs)),
    plainArray(shapes.map(({ crash }) => crash.maxDelayMs)),
  ];
}

/** The parameters of `insert_keyed`. */
export function keyedParameters(jobs: readonly NewJob[]): readonly Value[] {
  return [
    ...plainParameters(jobs),
    textArray(jobs.map(({ concurrency }) => concurrency?.key)),
    textArray(jobs.map(({ rate }) => rate?.key)),
    textArray(
      jobs.map(({ delayMs, runAt, concurrency, rate }) => JSON.stringify({ delayMs, runAt, concurrency, rate })),
    ),
    plainArray(jobs.map(({ expiresInMs }) => expiresInMs)),
    plainArray(jobs.map(({ expiresAt }) => expiresAt)),
  ];
}

function numberOf(shapes: JobShape[], job: NewJob): number {
  for (let index = shapes.length - 1; index >= Math.max(0, shapes.length - mostCompared); index -= 1) {
    const shape = shapes[index];
    if (shape !== undefined && isAlike(shape, job)) return index + 1;
  }
  return shapes.push(job);
}

/** Few calls need these lists at all. */
function someHave(jobs: readonly NewJob[], read: (job: NewJob) => unknown): boolean {
  return jobs.some((job) => read(job) !== undefined);
}

function crashFlags({ onCrash, growing }: NewJob["crash"]): number {
  return (onCrash === "fail" ? flag.failsOnCrash : 0) | (growing ? flag.growing : 0);
}
