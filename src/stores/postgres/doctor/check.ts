import type { FindingLevel } from "../../contract/finding.ts";
import type { Database, Row } from "../client/database.ts";
import { quoteName } from "../client/quote.ts";

/** From when on something is worth telling. */
export interface Limits {
  /** Of a transaction that is open. */
  readonly oldMs: number;
  /** Of a snapshot, in transactions that began after it. */
  readonly oldTransactions: number;
  /** In one table. */
  readonly deadRows: number;
  /** Of a job that is due. */
  readonly waitMs: number;
}

/** What is examined. */
export interface Patient {
  readonly database: Database;
  readonly schema: string;
  /** Does the store migrate when it is opened? */
  readonly migrates: boolean;
  /** Does the store listen? */
  readonly listens: boolean;
  readonly limits: Limits;
}

/** What a check has found. */
export interface Verdict {
  readonly level: FindingLevel;
  readonly seen: string;
  readonly remedy?: string;
}

/** One check. What it throws means that it could not look. */
export interface Check {
  readonly name: string;
  look(patient: Patient): Promise<readonly Verdict[]>;
}

/** A check that is one statement, and what its rows mean. */
export interface QueryCheck {
  readonly name: string;
  /** `$1` is the name of the schema; `%schema%` stands for the same, quoted. */
  readonly sql: string;
  readonly judge: (rows: readonly Row[], patient: Patient) => Verdict | readonly Verdict[];
}

export function byQuery({ name, sql, judge }: QueryCheck): Check {
  return {
    name,
    async look(patient) {
      const { database, schema } = patient;
      const text = sql.replaceAll("%schema%", () => quoteName(schema));
      const verdict = judge(await database.query(text, sql.includes("$1") ? [schema] : []), patient);
      return isList(verdict) ? verdict : [verdict];
    },
  };
}

function isList(verdict: Verdict | readonly Verdict[]): verdict is readonly Verdict[] {
  return Array.isArray(verdict);
}

export function ok(seen: string): Verdict {
  return { level: "ok", seen };
}

export function hint(seen: string, remedy: string): Verdict {
  return { level: "hint", seen, remedy };
}

export function warning(seen: string, remedy: string): Verdict {
  return { level: "warning", seen, remedy };
}

export function problem(seen: string, remedy: string): Verdict {
  return { level: "problem", seen, remedy };
}

/** The verdicts, or that all is well where there are none. */
export function orOk(verdicts: readonly Verdict[], seen: string): readonly Verdict[] {
  return verdicts.length === 0 ? [ok(seen)] : verdicts;
}
