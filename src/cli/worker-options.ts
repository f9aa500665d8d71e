import { availableParallelism } from "node:os";

import { InvalidArgumentError } from "commander";

import { aDuration, toMs, type Duration } from "../base/durations.ts";
import { describe, wholeNumber, type OptionRule } from "../base/options.ts";

/** What one worker process is to do. It crosses process boundaries, so it is plain JSON. */
export interface WorkerOrder {
  /** A path or a `file:` URL. */
  readonly file: string;
  readonly exportName?: string;
  readonly concurrency: number;
  /** Absent: all. */
  readonly queues?: readonly string[];
  /** How long running jobs may go on when it is stopped. */
  readonly graceMs: number;
  /** Do other processes work for the same engine, each with a store of its own? */
  readonly isOneOfMany: boolean;
}

/** What a process may take beyond the grace, to ask its jobs to stop and to close; then it is ended. */
export const stopPatienceMs = 30_000;

const mostProcesses = 256;
const aProcessCount = wholeNumber(1, mostProcesses);

/** A number of processes; `auto`: as many as there are cores for this process. */
export function processesFrom(text: string): number {
  if (text === "auto") return Math.min(availableParallelism(), mostProcesses);
  return wholeNumberOf(text, aProcessCount, `${aProcessCount.expected}, or auto`);
}

/** Makes a whole number of a text. */
export function wholeNumberFrom(min: number, max: number): (text: string) => number {
  const rule = wholeNumber(min, max);
  return (text) => wholeNumberOf(text, rule, rule.expected);
}

function wholeNumberOf(text: string, rule: OptionRule, wanted: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  if (number === undefined || !rule.accepts(number)) throw invalid(wanted, text);
  return number;
}

/** Makes milliseconds of a duration. */
export function msFrom(text: string): number {
  if (!aDuration.accepts(text)) throw invalid('a duration such as "500ms", "30s" or "5m"', text);
  return toMs(text as Duration, "--grace");
}

/** The names of queues, which commas part. */
export function queuesFrom(text: string): readonly string[] {
  const queues = text.split(",").map((name) => name.trim());
  if (queues.includes("")) throw invalid("the names of queues, such as default,images", text);
  return [...new Set(queues)];
}

function invalid(wanted: string, got: string): InvalidArgumentError {
  return new InvalidArgumentError(`Expected ${wanted}, got ${describe(got)}.`);
}
