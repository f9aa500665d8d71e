import type { StandardSchemaV1 } from "./standard-schema.ts";

/** What is wrong with a scalar, with the type and the words that FastAPI has for it. @see https://docs.pydantic.dev/latest/errors/validation_errors/ */
export interface ScalarIssue extends StandardSchemaV1.Issue {
  readonly type: string;
}

// Nothing in these forms is ambiguous, so the time they take grows with the length of the text and no faster.
const wholeForm = /^[+-]?\d+$/;
const decimalForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

const notFinite = issue("finite_number", "Input should be a finite number");
const noInteger = issue("int_type", "Input should be a valid integer");
const noIntegerText = issue("int_parsing", "Input should be a valid integer, unable to parse string as an integer");
const fractional = issue("int_from_float", "Input should be a valid integer, got a number with a fractional part");
const unsafe = issue("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size");
const noNumber = issue("float_type", "Input should be a valid number");
const noNumberText = issue("float_parsing", "Input should be a valid number, unable to parse string as a number");
const noBoolean = issue("bool_type", "Input should be a valid boolean");
const noBooleanText = issue("bool_parsing", "Input should be a valid boolean, unable to interpret input");

/** A safe integer from decimal digits or a number, or what is wrong with it. Negative zero becomes zero. */
export function readInteger(value: unknown): number | ScalarIssue {
  if (typeof value === "string") return wholeForm.test(value) ? safeInteger(Number(value)) : noIntegerText;
  if (typeof value !== "number") return noInteger;
  if (!Number.isFinite(value)) return notFinite;
  return Number.isInteger(value) ? safeInteger(value) : fractional;
}

function safeInteger(value: number): number | ScalarIssue {
  return Number.isSafeInteger(value) ? value + 0 : unsafe;
}

/** A finite number from a decimal numeral or a number, or what is wrong with it. Negative zero becomes zero. */
export function readNumber(value: unknown): number | ScalarIssue {
  if (typeof value === "string") return decimalForm.test(value) ? finiteNumber(Number(value)) : noNumberText;
  return typeof value === "number" ? finiteNumber(value) : noNumber;
}

function finiteNumber(value: number): number | ScalarIssue {
  return Number.isFinite(value) ? value + 0 : notFinite;
}

/** A boolean from one of its eight words or a boolean, or what is wrong with it. */
export function readBoolean(value: unknown): boolean | ScalarIssue {
  if (typeof value === "boolean") return value;
  return typeof value === "string" ? (truths.get(value.toLowerCase()) ?? noBooleanText) : noBoolean;
}

function issue(type: string, message: string): ScalarIssue {
  return { type, message };
}
