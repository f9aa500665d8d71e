import { InvalidArgumentError } from "commander";

import { aDuration, toMs, type Duration } from "../base/durations.ts";
import { describe, wholeNumber } from "../base/options.ts";

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
}

/** Makes a whole number of a text. */
export function wholeNumberFrom(min: number, max: number): (text: string) => number {
  const rule = wholeNumber(min, max);
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : undefined;
    if (number === undefined || !rule.accepts(number)) throw invalid(rule.expected, text);
    return number;
  };
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
