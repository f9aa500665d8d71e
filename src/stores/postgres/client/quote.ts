import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { Value } from "./database.ts";

/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as SQL takes it in place of a parameter. In `E''` a backslash escapes whatever `standard_conforming_strings` says. */
function quoteValue(value: Value): string {
  if (value === null) return "null";
  const text = String(value);
  if (text.includes("\0")) throw new StoreFaultError("a text holds U+0000, which PostgreSQL can't store");
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** A statement with its values in place of `$1`, `$2` and so on. Its own text must hold no other dollar signs. */
export function withValues(text: string, values: readonly Value[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => quoteValue(values[Number(number) - 1] ?? null));
}
