import type { RecordEntry } from "../contract/outcome.ts";
import type { Core } from "./core.ts";
import { findSeq } from "./job-row.ts";
import { tokenNumber } from "../contract/token-number.ts";

/** How many events are kept of a job. */
const mostEvents = 1000;

// A step that is recorded again keeps its place.
const writeStep = `insert into afterwork_step
  values (?, (select coalesce(max(number), 0) + 1 from afterwork_step where seq = ?), ?, ?, ?)
  on conflict do update set value = excluded.value, sleep_until = excluded.sleep_until`;

/** Keeps what running attempts report, if their jobs are still held under their tokens. */
export function recordEntries(core: Core, entries: readonly RecordEntry[]): readonly ("applied" | "lost")[] {
  return entries.map((entry) => recordOne(core, entry));
}

/** Remembers until when a job sleeps. */
export function noteSleep(core: Core, seq: number, step: string, until: number): void {
  core.sql.run(writeStep, seq, seq, step, null, until);
}

function recordOne(core: Core, entry: RecordEntry): "applied" | "lost" {
  const seq = core.holds.get(entry.id)?.seq ?? findSeq(core, entry.id);
  if (seq === undefined) return "lost";
  const held = core.sql.get<{ token: number }>("select token from afterwork_claimed where seq = ?", seq);
  if (held?.token !== tokenNumber(entry.token)) return "lost";
  if (entry.kind === "step") {
    core.sql.run(writeStep, seq, seq, entry.name, entry.value, null);
    return "applied";
  }
  if (entry.kind === "progress")
    core.sql.run("insert or replace into afterwork_progress values (?, ?)", seq, entry.data);
  addEvent(core, seq, entry);
  return "applied";
}

function addEvent(core: Core, seq: number, { kind, data }: { readonly kind: string; readonly data: string }): void {
  const last = core.sql.get<{ number: number }>("select max(number) as number from afterwork_event where seq = ?", seq);
  const number = (last?.number ?? 0) + 1;
  core.sql.run("insert into afterwork_event values (?, ?, ?, ?, ?)", seq, number, core.now, kind, data);
  if (number > mostEvents) {
    core.sql.run("delete from afterwork_event where seq = ? and number <= ?", seq, number - mostEvents);
  }
}
