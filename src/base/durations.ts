import { expected, type OptionRule } from "./options.ts";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A length of time: milliseconds as a number, or a number with a unit, such as `"250ms"`, `"30s"`, `"5m"`, `"12h"`, `"7d"`, `"2w"`. */
export type Duration = number | `${number}${keyof typeof unitMs}`;

/** Ten years. Longer waits are almost always a unit mistaken for another. */
const longestMs = 10 * 366 * unitMs.d;
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/**
 * A duration in milliseconds.
 *
 * @throws {InvalidOptionError} naming `what`, when it is no duration, negative, not finite or over ten years.
 */
export function toMs(duration: Duration, what: string): number {
  const ms = parse(duration);
  if (ms === undefined) throw expected(what, aDuration.expected, duration);
  return ms;
}

/** The rule for options that take a {@link Duration}. */
export const aDuration: OptionRule = {
  expected: 'a duration such as 250 (milliseconds), "30s", "5m" or "7d"',
  accepts: (value) => parse(value) !== undefined,
};

/** The same, but longer than nothing. */
export const aPositiveDuration: OptionRule = {
  expected: `${aDuration.expected}, more than 0`,
  accepts: (value) => (parse(value) ?? 0) > 0,
};

function parse(duration: unknown): number | undefined {
  const ms = typeof duration === "number" ? duration : fromText(duration);
  return ms !== undefined && ms >= 0 && ms <= longestMs ? ms : undefined;
}

function fromText(duration: unknown): number | undefined {
  const match = typeof duration === "string" ? form.exec(duration) : null;
  if (match === null) return undefined;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}
