/**
 * Texts as a PostgreSQL array literal.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function textArray(values: readonly (string | null | undefined)[]): string {
  let literal = "{";
  for (const value of values) {
    if (literal.length > 1) literal += ",";
    literal += value === null || value === undefined ? "NULL" : `"${escaped(value)}"`;
  }
  return `${literal}}`;
}

/** Numbers, ids or truth values as an array literal: nothing in them needs an escape. */
export function plainArray(values: readonly (string | number | boolean | null | undefined)[]): string {
  let literal = "{";
  for (const value of values) {
    if (literal.length > 1) literal += ",";
    literal += value ?? "NULL";
  }
  return `${literal}}`;
}

const special = /["\\]/g;

function escaped(value: string): string {
  return value.includes('"') || value.includes("\\") ? value.replace(special, String.raw`\$&`) : value;
}
