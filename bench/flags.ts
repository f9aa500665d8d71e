import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./benchmark.ts";

/** The values of flags. @throws {UsageError} with the usage, for one that does not exist. */
export function parseFlags<const Flags extends ParseArgsOptionsConfig>(
  args: readonly string[],
  flags: Flags,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

/** @throws {UsageError} */
export function integer(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`expected ${flag} to be a positive integer, got "${text}"`);
}

/** @throws {UsageError} */
export function positive(flag: string, text: string): number {
  if (Number.isFinite(Number(text)) && Number(text) > 0) return Number(text);
  throw new UsageError(`expected ${flag} to be a positive number, got "${text}"`);
}

/** The value of a flag, if it is one of those known. @throws {UsageError} */
export function oneOf<Name extends string>(flag: string, text: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`expected ${flag} to be ${known.join(" or ")}, got "${text}"`);
}

/**
 * Those of the known names that a list names, in their own order; all without a list.
 *
 * @param what Says in the error what was expected, such as "--only to name phases".
 * @throws {UsageError}
 */
export function choose<Name extends string>(
  list: string | undefined,
  known: readonly Name[],
  what: string,
): readonly Name[] {
  if (list === undefined) return known;
  const chosen = list.split(",").map((name) => name.trim());
  const unknown = chosen.find((name) => !known.some((one) => one === name));
  if (unknown === undefined) return known.filter((name) => chosen.includes(name));
  throw new UsageError(`expected ${what} of ${known.join(", ")}, got "${unknown}"`);
}

/** The seed that was given, or a random one. @throws {UsageError} */
export function seedFrom(text: string | undefined): number {
  return text === undefined ? Math.floor(Math.random() * 1e6) : integer("--seed", text);
}
