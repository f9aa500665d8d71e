import type { OptionRule } from "../base/options.ts";

/** Turns the arguments, the result and the steps of a task into text and back, where plain JSON is not enough. */
export interface Codec {
  stringify(value: unknown): string;
  parse(text: string): unknown;
}

/** The rule for options that take a {@link Codec}. */
export const aCodec: OptionRule = {
  expected: "an object with the functions stringify and parse",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    "stringify" in value &&
    typeof value.stringify === "function" &&
    "parse" in value &&
    typeof value.parse === "function",
};
