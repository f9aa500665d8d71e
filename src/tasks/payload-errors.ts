import { AfterworkError } from "../base/errors.ts";

/** One thing that is wrong with the arguments of a call. */
export interface ArgumentIssue {
  /** The place of the argument, from 0, and the way to the fault inside of it. Empty: all of them. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * A durable task was called with arguments that can't be stored, or that its schema refuses; nothing was stored. Or a
 * worker could not read those that are stored. Code `INVALID_ARGUMENTS`; `details.task` is the task's name.
 */
export class InvalidArgumentsError extends AfterworkError {
  readonly issues: readonly ArgumentIssue[];

  constructor(task: string, issues: readonly ArgumentIssue[], extras: { readonly cause?: unknown } = {}) {
    const text = issues.map(({ path, message }) => `${placeOf(path)}: ${message}`).join("; ");
    super("INVALID_ARGUMENTS", `${task}: ${text}`, { ...extras, details: { task } });
    this.issues = issues;
  }
}

/** What a durable task, or a step of it, has returned can't be stored. Code `RESULT_INVALID`; it fails its own job. */
export class InvalidResultError extends AfterworkError {
  constructor(task: string, message: string, extras: { readonly cause?: unknown } = {}) {
    super("RESULT_INVALID", `${task}: ${message}`, { ...extras, details: { task } });
  }
}

function placeOf([index, ...rest]: readonly (string | number)[]): string {
  if (index === undefined) return "the arguments";
  const argument = typeof index === "number" ? `argument ${index + 1}` : `argument ${JSON.stringify(index)}`;
  return rest.length === 0 ? argument : `${argument} (${pathText(rest)})`;
}

/** A path as code would write it: `.user.tags[2]`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((key) => (isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`)).join("");
}

function isName(key: string | number): boolean {
  return typeof key === "string" && /^[A-Za-z_$][\w$]{0,60}$/.test(key);
}
