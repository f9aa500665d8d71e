import type { Row, Value } from "../database.ts";

/** The transactions of one client or query builder. */
export interface UserTransaction<Tx> {
  /** What users give, in words. */
  readonly name: string;
  /** Does it come from there? By what it can do, for there may be several copies of a package, or none. */
  fits(tx: unknown): boolean;
  /** What it is instead of an open transaction; `undefined` where that can't be seen, or it is one. */
  misfit(tx: Tx): string | undefined;
  query(tx: Tx, text: string, values: readonly Value[]): Promise<readonly Row[]>;
}

/** Has it methods of all these names? */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
}
