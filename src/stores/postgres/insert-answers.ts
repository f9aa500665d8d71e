import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { Row } from "./client/database.ts";

/** The rows of `insert_plain`, which name those only that stand for other jobs. */
export function plainAnswers(jobs: readonly NewJob[], rows: readonly Row[]): readonly InsertAnswer[] {
  if (rows.length === 0) return jobs.map(({ id }) => ({ id, deduplicated: false }));
  const others = new Map(rows.map((row) => [String(row["alias_id"]), String(row["job_id"])]));
  return jobs.map(({ id }) => ({ id: others.get(id) ?? id, deduplicated: others.has(id) }));
}

/** The rows of `insert_jobs` and `fire`, in any order. */
export function numberedAnswers(rows: readonly Row[]): readonly InsertAnswer[] {
  return rows
    .toSorted((a, b) => Number(a["number"]) - Number(b["number"]))
    .map((row) => ({ id: String(row["of_id"]), deduplicated: row["is_other"] === true }));
}

/** The one text that `insert_within` answers. */
export function answersIn(text: string): readonly InsertAnswer[] {
  const pairs = JSON.parse(text) as readonly (readonly [id: string, isOther: boolean])[];
  return pairs.map(([id, deduplicated]) => ({ id, deduplicated }));
}
