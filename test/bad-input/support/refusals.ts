import { AfterworkError, type ErrorCode } from "afterwork";
import { expect, test } from "vitest";

/** One try at definition time: what is done, the doing, the code of the error, and words of its message. */
export type Refusal = readonly [what: string, define: () => unknown, code: ErrorCode | "RangeError", words: string];

/** One test for every try. */
export function testRefusals(refusals: readonly Refusal[]): void {
  test.each(refusals)("%s", async (_what, define, code, words) => {
    const error = await thrownBy(define);
    expect(error.message).toContain(words);
    expect(error instanceof AfterworkError ? error.code : error.name).toBe(code);
  });
}

/** What a definition throws, or rejects with. */
async function thrownBy(define: () => unknown): Promise<Error> {
  try {
    await define();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  }
  throw new Error("expected an error, got none");
}

/** Refusals of one bag of options, each by the name and a bad value of one option. */
export function badOptions(
  owner: string,
  define: (options: never) => unknown,
  bad: readonly (readonly [option: string, value: unknown, words: string])[],
): Refusal[] {
  return bad.map(([option, value, words]) => [
    `${owner}: ${option} as ${shown(value)}`,
    () => define({ [option]: value } as never),
    "INVALID_OPTION",
    words,
  ]);
}

function shown(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return typeof value === "function" ? "a function" : JSON.stringify(value);
}
