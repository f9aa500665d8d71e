import { AfterworkError } from "./errors.ts";

/** Thrown for an option of a wrong type or range, and for an option that does not exist. Code `INVALID_OPTION`. */
export class InvalidOptionError extends AfterworkError {
  constructor(message: string) {
    super("INVALID_OPTION", message);
  }
}

/** What one option takes: the words for the message, and the test. */
export interface OptionRule {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** The options of one call, by name. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/**
 * Checks a bag of options against its rules. An option that is `undefined` counts as not given.
 *
 * @throws {InvalidOptionError} for a bag that is no object, an unknown option (naming the nearest one) or a misfit.
 */
export function checkOptions(owner: string, options: unknown, rules: OptionRules): void {
  if (!isPlainObject(options)) throw expected(`the options of ${owner}`, "an object", options);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(owner, name, Object.keys(rules));
    if (value !== undefined && !rule.accepts(value)) throw expected(`${owner}: ${name}`, rule.expected, value);
  }
}

/** The error "expected X to be Y, got Z". */
export function expected(what: string, wanted: string, got: unknown): InvalidOptionError {
  return new InvalidOptionError(`${what}: expected ${wanted}, got ${describe(got)}`);
}

/** A short, safe description of any value: its type, and the value itself where that is small and plain. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "symbol") return "a symbol";
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name === undefined || name === "Object" ? "an object" : `an object of class ${name}`;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unknownOption(owner: string, name: string, known: readonly string[]): InvalidOptionError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${JSON.stringify(nearest)}?`;
  return new InvalidOptionError(`${owner} has no option ${JSON.stringify(name)}; ${hint}`);
}

/** The known name that is closest to a mistyped one, or `undefined` when none is close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

export const aBoolean: OptionRule = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
export const aFunction: OptionRule = { expected: "a function", accepts: (value) => typeof value === "function" };
export const anObject: OptionRule = {
  expected: "an object",
  accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
export const aString: OptionRule = {
  expected: "a string that is not empty",
  accepts: (value) => typeof value === "string" && value !== "",
};
export const anAbortSignal: OptionRule = {
  expected: "an AbortSignal",
  accepts: (value) => value instanceof AbortSignal,
};
export const strings: OptionRule = {
  expected: "an array of strings",
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};

/** A rule for whole numbers in a closed range. */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): OptionRule {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return {
    expected: `a whole number ${range}`,
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

/** A rule for one of a few literal values. */
export function oneOf(...values: readonly unknown[]): OptionRule {
  return {
    expected: values.map((value) => describe(value)).join(" or "),
    accepts: (value) => values.includes(value),
  };
}
