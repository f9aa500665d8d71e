import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import { isPlain } from "../contract/plain-job.ts";
import { noteRoom } from "./admission.ts";
import type { Core } from "./core.ts";
import { settleIn, wait } from "./endings.ts";
import { joinFamily } from "./family.ts";
import { writeFacts } from "./facts.ts";
import type { GateRule } from "./gates.ts";
import { type Decision, planInsertion } from "./insertion-plan.ts";
import { idOf } from "./job-id.ts";
import { type JobRow, readJob } from "./job-row.ts";
import { insertPlain } from "./plain-jobs.ts";
import { replaceJob } from "./replacement.ts";

/** Stores jobs, all or none. @throws {StoreFaultError} for a parent that nobody knows, before anything is changed. */
export function insertJobs(core: Core, jobs: readonly NewJob[]): readonly InsertAnswer[] {
  if (jobs.every(isPlain)) return insertPlain(core, jobs);
  return carryOut(core, planInsertion(core, jobs));
}

/** Stores what was planned. All are there before the first is placed, for any of them may be a parent of any other. */
export function carryOut(core: Core, decisions: readonly Decision[]): readonly InsertAnswer[] {
  for (const decision of decisions) write(core, decision);
  for (const { kind, seq, job } of decisions) if (kind === "store") joinFamily(core, seq, job);
  for (const { kind, seq } of decisions) if (kind === "store") wait(core, readJob(core, seq));
  for (const decision of decisions) take(core, decision);
  return decisions.map(({ job, of }) => ({ id: of, deduplicated: of !== job.id }));
}

function write(core: Core, { kind, job, seq }: Decision): void {
  if (kind === "store") writeFacts(core, seq, job);
  if (kind !== "alias" && kind !== "replace") return;
  core.sql.run(`insert into afterwork_alias values (${idOf}, ?)`, job.id, seq);
  core.presence.note("alias");
}

function take(core: Core, { kind, job, seq }: Decision): void {
  if (kind === "replace") return replaceJob(core, readJob(core, seq), job);
  if (kind !== "store") return;
  const row = readJob(core, seq);
  adoptLimits(core, row, job);
  settleIn(core, row);
}

/** The limits of the job stored last are those that count. */
function adoptLimits(core: Core, { concurrency, rate }: JobRow, job: NewJob): void {
  const gates = [concurrency, rate].map((id) => (id === null ? undefined : core.gates.get(id)));
  for (const gate of gates) {
    const rule: GateRule | undefined = gate?.kind === "rate" ? job.rate : job.concurrency;
    if (gate === undefined || rule === undefined) continue;
    gate.most = rule.limit;
    gate.perMs = rule.perMs ?? 0;
  }
  for (const gate of gates) if (gate !== undefined) noteRoom(core, gate);
}
