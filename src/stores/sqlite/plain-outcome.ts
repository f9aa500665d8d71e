import type { Outcome } from "../contract/outcome.ts";
import type { Core } from "./core.ts";
import { childrenOf } from "./endings.ts";
import { flag } from "./flags.ts";
import { tokenNumber } from "./token.ts";

const takeBack = "delete from afterwork_claimed where seq = ? and token = ? and stop = 0";
const insertSuccess = `insert into afterwork_outcome
  (seq, status, attempt, started_at, finished_at, worker, token, forget_at, stop, result)
  values (?, 0, ?, ?, ?, ?, ?, ?, 0, ?)`;

/** What has to be seen to when a job ends. */
const seenTo = flag.concurrency | flag.rate | flag.unique;

/**
 * Notes the success of a job that this process holds and that nothing depends on; `false`, and nothing is done, for all
 * others. Nearly all outcomes are of this kind.
 */
export function settlePlain(core: Core, outcome: Outcome): boolean {
  if (outcome.kind !== "succeeded" || outcome.spawned !== undefined) return false;
  const hold = core.holds.get(outcome.id);
  if (hold === undefined || (hold.flags & seenTo) !== 0 || childrenOf(core, hold.seq).length > 0) return false;
  const token = tokenNumber(outcome.token);
  const { seq, queue, attempt, startedAt, policy, worker } = hold;
  if (core.sql.prepare(takeBack).run(seq, token).changes === 0) return false;
  const forgetAt = core.now + core.policies.get(policy).keep.succeededMs;
  const insert = core.sql.prepare(insertSuccess);
  insert.run(seq, attempt, startedAt, core.now, worker, token, forgetAt, outcome.result ?? null);
  core.queues.count(queue, "running", -1);
  core.queues.count(queue, "succeeded", 1);
  core.pulse.note("ended");
  return true;
}
