import type { Evidence, Execution } from "../evidence.ts";
import { keyLimit } from "../tasks.ts";
import type { Check } from "./check.ts";

/** No job is run twice at the same time. */
export const doubleRuns: Check = (evidence) => overlaps(evidence, { name: "job", limit: 1, keyOf: ({ id }) => id });

/** No more than so many jobs of a concurrency key run at the same time. */
export const concurrency: Check = (evidence) =>
  overlaps(evidence, { name: "concurrency key", limit: keyLimit, keyOf: ({ task, key }) => keyOf(task, key, "keyed") });

/** Of a unique key there is one job that has not ended, so one at most runs. */
export const uniqueness: Check = (evidence) =>
  overlaps(evidence, { name: "unique key", limit: 1, keyOf: ({ task, key }) => keyOf(task, key, "unique") });

function keyOf(task: string, key: string | undefined, wanted: string): string | undefined {
  return task === wanted ? key : undefined;
}

interface Limit {
  readonly name: string;
  readonly limit: number;
  /** `undefined`: it is under no such limit. */
  readonly keyOf: (execution: Execution) => string | undefined;
}

interface Span {
  readonly run: string;
  readonly from: number;
  readonly to: number;
}

function overlaps(evidence: Evidence, { name, limit, keyOf }: Limit): readonly string[] {
  const spans = new Map<string, Span[]>();
  for (const execution of evidence.executions.values()) {
    const key = keyOf(execution);
    const span = spanOf(execution, evidence);
    if (key === undefined || span.to <= span.from) continue;
    spans.set(key, [...(spans.get(key) ?? []), span]);
  }
  return [...spans].flatMap(([key, own]) =>
    tooMany(own, limit).map((runs) => `${runs.length} runs of the ${name} ${key} at a time: ${runs.join(", ")}`),
  );
}

/**
 * When an execution held its lease: from its beginning until it was over, its process was killed, or the store has given its
 * job to others. What a process does after that, which was stopped and knows nothing of it, breaks no limit.
 */
function spanOf({ run, id, at, attempt, ended, by }: Execution, { jobs, endOf }: Evidence): Span {
  const lost = jobs.get(id)?.failures.find((failure) => failure.attempt === attempt && failure.crashed);
  const to = Math.min(ended?.at ?? Number.POSITIVE_INFINITY, endOf(by), lost?.endedAt.getTime() ?? Infinity);
  return { run, from: at, to };
}

/** The groups that are larger than the limit, as they stand when their last one begins. */
function tooMany(spans: readonly Span[], limit: number): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let running: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    running = [...running.filter(({ to }) => to > span.from), span];
    if (running.length > limit) groups.push(running.map(({ run, from, to }) => `${run} (${from} to ${to})`));
  }
  return groups;
}
