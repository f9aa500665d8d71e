import type { Row } from "./client/database.ts";

/** A number that a client may give as a text or a bigint. */
export function numberIn(row: Row, name: string): number {
  return Number(row[name]);
}

/** The same, where it may be missing. */
export function maybeNumber(row: Row, name: string): number | undefined {
  const value = row[name];
  return value === null || value === undefined ? undefined : Number(value);
}

export function textIn(row: Row, name: string): string {
  return String(row[name]);
}

export function maybeText(row: Row, name: string): string | undefined {
  const value = row[name];
  return typeof value === "string" ? value : undefined;
}
