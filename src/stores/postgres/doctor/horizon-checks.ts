import type { Row } from "../client/database.ts";
import { maybeText, numberIn, textIn } from "../row.ts";
import { byQuery, type Check, hint, ok, type Verdict, warning } from "./check.ts";
import { spanOf } from "./words.ts";

const keepsDeadRows = "dead rows that are younger than it can't be removed, and claims get slower";

/** Who keeps rows from being removed that are dead for everybody else. */
export const horizonChecks: readonly Check[] = [
  byQuery({
    name: "visibility",
    sql: "select pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees, quote_ident(current_user) as who",
    judge([row = {}]) {
      if (row["sees"] === true) return ok("this user sees what others do");
      return hint(
        "this user does not see what others do, so long transactions may go unnoticed",
        `grant pg_monitor to ${textIn(row, "who")}`,
      );
    },
  }),
  // Between its statements, a transaction that has not written keeps nothing.
  byQuery({
    name: "oldest-transaction",
    sql: `select pid, usename, application_name, client_addr::text as address, state, date_trunc('second', xact_start)::text as since,
        extract(epoch from clock_timestamp() - xact_start) * 1000 as age_ms
      from pg_stat_activity
      where pid <> pg_backend_pid() and datname = current_database() and backend_type <> 'autovacuum worker'
        and (backend_xmin is not null or backend_xid is not null)
      order by xact_start nulls last limit 1`,
    judge([row], { limits }) {
      if (row === undefined) return ok("no other transaction is open");
      const ageMs = numberIn(row, "age_ms");
      if (ageMs < limits.oldMs) return ok(`the oldest one is open for ${spanOf(ageMs)}`);
      return warning(
        `${whoseOf(row)} is open for ${spanOf(ageMs)}, since ${textIn(row, "since")}`,
        `${keepsDeadRows}: let it end; select pg_terminate_backend(${numberIn(row, "pid")}) ends its connection`,
      );
    },
  }),
  byQuery({
    name: "prepared-transactions",
    sql: `select quote_literal(gid) as gid, owner, date_trunc('second', prepared)::text as since,
        extract(epoch from clock_timestamp() - prepared) * 1000 as age_ms
      from pg_prepared_xacts where database = current_database() order by prepared limit 1`,
    judge([row], { limits }) {
      if (row === undefined) return ok("there is none");
      const ageMs = numberIn(row, "age_ms");
      if (ageMs < limits.oldMs) return ok(`the oldest one is ${spanOf(ageMs)} old`);
      const gid = textIn(row, "gid");
      return warning(
        `${gid} of ${textIn(row, "owner")} is prepared for ${spanOf(ageMs)}, since ${textIn(row, "since")}`,
        `it holds its locks, and ${keepsDeadRows}: commit prepared ${gid}, or rollback prepared ${gid}`,
      );
    },
  }),
  byQuery({
    name: "replication-slots",
    sql: `select slot_name, active, age(xmin) as transactions from pg_replication_slots
      where xmin is not null order by age(xmin) desc limit 1`,
    judge: ([row], { limits }) =>
      judgeReplica(row, limits.oldTransactions, (slot) => {
        const name = textIn(slot, "slot_name");
        const remedy = `if it is needed no more, select pg_drop_replication_slot('${name}')`;
        return {
          who: `the slot ${name}, ${slot["active"] === true ? "in use" : "which nobody uses"},`,
          remedy: slot["active"] === true ? "look for long queries on its standby" : remedy,
        };
      }),
  }),
  byQuery({
    name: "standbys",
    sql: `select application_name, client_addr::text as address, age(backend_xmin) as transactions from pg_stat_replication
      where backend_xmin is not null order by age(backend_xmin) desc limit 1`,
    judge: ([row], { limits }) =>
      judgeReplica(row, limits.oldTransactions, (standby) => ({
        who: `the standby ${textIn(standby, "application_name")} at ${maybeText(standby, "address") ?? "a local socket"}, with hot_standby_feedback,`,
        remedy: "look for long queries there",
      })),
  }),
];

/** What stands on a standby shows by the number of its transaction only. */
function judgeReplica(
  row: Row | undefined,
  most: number,
  describe: (row: Row) => { readonly who: string; readonly remedy: string },
): Verdict {
  if (row === undefined) return ok("none keeps dead rows");
  const transactions = numberIn(row, "transactions");
  if (transactions < most) return ok(`none is behind by more than ${transactions} transactions`);
  const { who, remedy } = describe(row);
  return warning(`${who} needs what was there ${transactions} transactions ago`, `${keepsDeadRows}: ${remedy}`);
}

function whoseOf(row: Row): string {
  const application = textIn(row, "application_name");
  const named = application === "" ? "" : ` (${application})`;
  const state = maybeText(row, "state") ?? "running";
  return `a transaction of ${textIn(row, "usename")}${named} at ${maybeText(row, "address") ?? "a local socket"}, ${state},`;
}
