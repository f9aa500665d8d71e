import type { NewJob } from "../contract/new-job.ts";
import type { Core } from "./core.ts";
import { findSeq } from "./job-row.ts";

/** Ties a new job to its parents, all of which are stored. */
export function joinFamily(core: Core, seq: number, { parents = [] }: NewJob): void {
  if (parents.length > 0) core.presence.note("edge");
  for (const [number, id] of parents.entries()) {
    const parent = findSeq(core, id);
    if (parent === undefined || parent === seq) continue;
    core.sql.run("insert or ignore into afterwork_edge values (?, ?, ?)", parent, seq, number);
  }
}

/** Does a child that has not ended need this job? */
export function isNeeded(core: Core, seq: number): boolean {
  if (!core.presence.of("edge")) return false;
  const sql = `select 1 from afterwork_edge e where e.parent = ?
    and not exists (select 1 from afterwork_outcome o where o.seq = e.child) limit 1`;
  return core.sql.get(sql, seq) !== undefined;
}
