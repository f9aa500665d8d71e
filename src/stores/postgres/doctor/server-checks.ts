import type { Row } from "../client/database.ts";
import { numberIn, textIn } from "../row.ts";
import { byQuery, type Check, hint, ok, orOk, problem, type Verdict, warning } from "./check.ts";
import { spanOf } from "./words.ts";

const oldestMajor = 13;
/** Until when a major version gets fixes. @see https://www.postgresql.org/support/versioning/ */
const supportedUntil: Readonly<Record<number, string>> = {
  13: "2025-11-13",
  14: "2026-11-12",
  15: "2027-11-11",
  16: "2028-11-09",
  17: "2029-11-08",
  18: "2030-11-14",
};

/** Further apart than this, the clocks are told. */
const clockMs = 2_000;

/** What the server is, and how it is set up. */
export const serverChecks: readonly Check[] = [
  byQuery({
    name: "version",
    sql: `select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
      current_date::text as today`,
    judge: ([row = {}]) => judgeVersion(row),
  }),
  byQuery({
    name: "writable",
    sql: "select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') = 'on' as read_only",
    judge([row = {}]) {
      if (row["standby"] === true) return problem("it is a standby, which can only be read", "name the primary");
      if (row["read_only"] !== true) return ok("it can be written");
      return problem("default_transaction_read_only is on", "set it to off for this user and database");
    },
  }),
  byQuery({
    name: "isolation",
    sql: "select setting, source from pg_settings where name = 'default_transaction_isolation'",
    judge([row = {}]) {
      const seen = `default_transaction_isolation is ${textIn(row, "setting")}`;
      if (textIn(row, "setting") === "read committed") return ok(seen);
      return problem(
        `${seen}, set by the ${textIn(row, "source")}`,
        "the store needs a fresh snapshot for each statement: alter role … set default_transaction_isolation = 'read committed'",
      );
    },
  }),
  byQuery({
    name: "durability",
    sql: `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`,
    judge(rows) {
      const off = rows.filter((row) => textIn(row, "setting") === "off").map((row) => textIn(row, "name"));
      if (off.length === 0) return ok("what was acknowledged is on the disk");
      return warning(`${off.join(", ")}: off`, "acknowledged jobs may be lost in a crash of the server: set it to on");
    },
  }),
  byQuery({
    name: "idle-transactions",
    sql: "select current_setting('idle_in_transaction_session_timeout') as setting",
    judge([row = {}]) {
      const setting = textIn(row, "setting");
      if (setting !== "0") return ok(`idle_in_transaction_session_timeout is ${setting}`);
      return hint(
        "idle_in_transaction_session_timeout is not set",
        "a transaction that somebody has forgotten holds locks and keeps dead rows for ever: set it, say to 5min",
      );
    },
  }),
  {
    name: "clock",
    async look({ database }) {
      const before = Date.now();
      const [row = {}] = await database.query(
        "select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now",
      );
      const after = Date.now();
      // Half of the round trip may be on either side.
      const aheadMs = (before + after) / 2 - numberIn(row, "now");
      if (Math.abs(aheadMs) - (after - before) / 2 < clockMs)
        return [ok("the clocks of this machine and the server agree")];
      const side = aheadMs > 0 ? "ahead of" : "behind";
      return [
        hint(
          `this machine's clock is ${spanOf(aheadMs)} ${side} the server's`,
          "jobs go by the server's clock, but logs and what you pass as runAt don't: synchronise both by NTP",
        ),
      ];
    },
  },
  byQuery({
    name: "autovacuum",
    sql: "select name from pg_settings where name in ('autovacuum', 'track_counts') and setting = 'off' order by name",
    judge: (rows) =>
      orOk(
        rows.map((row) =>
          problem(
            `${textIn(row, "name")} is off`,
            "nobody removes dead rows, and claims get slower and slower: set it to on",
          ),
        ),
        "it is on",
      ),
  }),
];

/** A version, on a day. */
export function judgeVersion(row: Row): Verdict {
  const major = numberIn(row, "major");
  const seen = `PostgreSQL ${textIn(row, "version")}`;
  if (major < oldestMajor) return problem(seen, `update it: ${oldestMajor} is the oldest that the store works with`);
  const until = supportedUntil[major];
  if (until === undefined || textIn(row, "today") <= until) return ok(seen);
  return hint(`${seen}, which gets no fixes since ${until}`, "update it");
}
