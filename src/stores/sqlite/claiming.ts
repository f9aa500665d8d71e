import type { ClaimAnswer, ClaimedJob, ClaimRequest } from "../contract/claim.ts";
import { fromTurn } from "../contract/from-turn.ts";
import { fillGates, readCandidate } from "./admission.ts";
import type { Core } from "./core.ts";
import { CrashedJobs } from "./crashed-jobs.ts";
import { advance, nextDueOf } from "./due-times.ts";
import { endWaiting } from "./endings.ts";
import { flag, keyed, lostToCrashes } from "./flags.ts";
import { fromHex } from "./job-id.ts";
import { readJob } from "./job-row.ts";
import { park, unpark } from "./parking.ts";
import type { Queue } from "./queues.ts";
import type { Holder, ReadyRow } from "./ready-jobs.ts";
import { aliveSession } from "./sessions.ts";
import { tokenNumber } from "../contract/token-number.ts";

const forgetExpiry = `delete from afterwork_expiry
  where (expires_at, seq) in (select expires_at, seq from afterwork_job where seq = ?)`;

/** How many jobs that can't be run one claim puts aside. */
const mostAside = 1000;

/** Gives a worker jobs. */
export function claimJobs(core: Core, request: ClaimRequest): ClaimAnswer {
  const { now } = core;
  const session = aliveSession(core, request.worker);
  if (session === undefined) return { jobs: [], more: false, parked: [], ended: true, now };
  const told = core.pulse.isNoted("jobs");
  const queues = servedQueues(core, request);
  const claim = new Claim(core, session, request);
  advance(core);
  for (const queue of queues) unpark(core, queue, claim.tasks.keys());
  fillGates(core);
  for (const [index, queue] of queues.entries()) claim.take(queue, Math.ceil(claim.left / (queues.length - index)));
  for (const queue of queues) claim.take(queue, claim.left);
  // Who claims need not be told that there is something to claim; others have to be, of permits that came free on the way.
  if (!told && !core.gates.areOpen(core.now)) core.pulse.drop("jobs");
  const nextDueAt = nextDue(core, queues);
  return {
    jobs: claim.jobs,
    ...(nextDueAt === undefined ? {} : { nextDueInMs: Math.max(0, nextDueAt - now) }),
    more: claim.cutShort || (claim.left === 0 && queues.some((queue) => claim.couldTake(queue))),
    parked: claim.parked,
    ended: false,
    now,
  };
}

class Claim {
  /** The tasks that the worker knows, of those that the store knows. */
  readonly tasks: ReadonlyMap<number, string>;
  readonly jobs: ClaimedJob[] = [];
  readonly parked: { readonly id: string; readonly task: string }[] = [];
  readonly #core: Core;
  readonly #holder: Holder;
  readonly #crashed: CrashedJobs;
  readonly #worker: number;
  readonly #limit: number;
  #keyedLeft: number;
  #aside = 0;

  constructor(core: Core, session: { readonly id: number; readonly name: number }, request: ClaimRequest) {
    this.#core = core;
    this.#holder = { session: session.id, token: tokenNumber(request.token), now: core.now };
    this.#crashed = new CrashedJobs(core, session.id);
    this.#worker = session.name;
    this.#limit = request.limit;
    this.#keyedLeft = request.keyedLimit;
    this.tasks = knownTasks(core, request.tasks);
  }

  /** How many more may be claimed. */
  get left(): number {
    return this.#limit - this.jobs.length;
  }

  /** Did it end because too many had to be put aside? */
  get cutShort(): boolean {
    return this.#aside >= mostAside;
  }

  couldTake({ id }: Queue): boolean {
    return this.#core.ready.first(id, { lane: 0, limit: 1 }).length > 0 || this.#firstOther(id) !== undefined;
  }

  /** Takes up to so many jobs of a queue; those in the way that can't be run are put aside. */
  take(queue: Queue, most: number): void {
    const enough = this.jobs.length + most;
    while (this.jobs.length < enough && queue.ready > 0 && this.#aside < mostAside) {
      const limit = enough - this.jobs.length;
      const plain = this.#core.ready.first(queue.id, { lane: 0, limit });
      const other = this.#firstOther(queue.id);
      if (this.#takeRun(queue, plain, other)) continue;
      const next = firstOf([...plain.slice(0, 1), ...(other === undefined ? [] : [other])]);
      if (next === undefined) return;
      this.#takeOne(queue, next);
    }
  }

  /** The first one that is not plain, of those that this session can be given. */
  #firstOther(queue: number): ReadyRow | undefined {
    const withKeyed = this.#keyedLeft > 0;
    const keyed = withKeyed ? this.#core.ready.first(queue, { lane: 1, limit: 1 }) : [];
    return firstOf([...keyed, ...this.#crashed.first(queue, { keyed: withKeyed })]);
  }

  /** Takes the first plain jobs that nothing has to be seen to of, all at once. Were there any? */
  #takeRun(queue: Queue, plain: readonly ReadyRow[], before: ReadyRow | undefined): boolean {
    let length = 0;
    for (const row of plain) {
      const [, , , task, flags] = row;
      if ((flags & (flag.course | flag.expires)) !== 0 || !this.tasks.has(task)) break;
      if (before !== undefined && isBefore(before, row)) break;
      length += 1;
    }
    const last = plain[length - 1];
    if (last === undefined) return false;
    const taken = this.#core.pulse.takeSeq();
    this.#core.ready.holdFirst(queue.id, last, length, { ...this.#holder, taken });
    for (let index = 0; index < length; index += 1) {
      const row = plain[index];
      if (row !== undefined) this.#hand(queue, row, { attempt: 1, hasSteps: false });
    }
    return true;
  }

  #takeOne(queue: Queue, row: ReadyRow): void {
    const [seq, , , task, flags] = row;
    if ((flags & flag.expires) !== 0 && this.#isLate(seq)) {
      this.#aside += 1;
      endWaiting(this.#core, readJob(this.#core, seq), { status: "expired" });
    } else if (this.tasks.has(task)) {
      this.#hold(queue, row);
    } else {
      this.#aside += 1;
      park(this.#core, readCandidate(this.#core, seq));
      this.parked.push({ id: fromHex(row[5]), task: this.#core.words.textOf(task) });
    }
  }

  #hold(queue: Queue, row: ReadyRow): void {
    const [seq, , , , flags] = row;
    const { sql, ready, gates, queues, pulse, now } = this.#core;
    const job = readCandidate(this.#core, seq);
    const { session, token } = this.#holder;
    ready.delete(job);
    if (job.rate !== null) gates.noteStart(gates.get(job.rate), now);
    if ((flags & flag.expires) !== 0) sql.run(forgetExpiry, seq);
    const taken = pulse.takeSeq();
    sql.run(
      "insert into afterwork_claimed values (?, ?, ?, ?, ?, 0, ?)",
      seq,
      session,
      token,
      job.attempts + 1,
      now,
      taken,
    );
    queues.count(queue.id, "running", 1);
    if ((flags & keyed) !== 0) this.#keyedLeft -= 1;
    if ((flags & lostToCrashes) !== 0) this.#crashed.noteHeld(flags);
    const steps = "select 1 from afterwork_step where seq = ? limit 1";
    const hasSteps = (flags & flag.course) !== 0 && sql.get(steps, seq) !== undefined;
    this.#hand(queue, row, { attempt: job.attempts + 1, hasSteps });
  }

  /** The expiry bounds the first start only: what was claimed once is not in there any more. */
  #isLate(seq: number): boolean {
    const sql = `select 1 from afterwork_expiry e join afterwork_job j using (expires_at, seq)
      where j.seq = ? and e.expires_at <= ?`;
    return this.#core.sql.get(sql, seq, this.#core.now) !== undefined;
  }

  #hand(queue: Queue, row: ReadyRow, { attempt, hasSteps }: Pick<ClaimedJob, "attempt" | "hasSteps">): void {
    const [seq, rank, dueAt, task, flags, hex, args, options, trace, rules, createdAt, policy] = row;
    const id = fromHex(hex);
    const { now, holds } = this.#core;
    holds.note(id, {
      seq,
      token: this.#holder.token,
      queue: queue.id,
      flags,
      attempt,
      startedAt: now,
      policy,
      worker: this.#worker,
    });
    this.jobs.push({
      id,
      task: this.tasks.get(task) ?? "",
      queue: queue.name,
      priority: 0 - rank,
      args,
      ...(options === null ? undefined : { options }),
      ...(trace === null ? undefined : { trace }),
      ...((flags & flag.child) === 0 ? undefined : parentsIn(rules)),
      attempt,
      hasSteps,
      keyed: (flags & keyed) !== 0,
      createdAt,
      dueAt,
    });
  }
}

/** The order of claims: priority, then due time, then storing. */
function isBefore(a: ReadyRow, b: ReadyRow): boolean {
  return (a[1] - b[1] || a[2] - b[2] || a[0] - b[0]) < 0;
}

function firstOf(rows: readonly ReadyRow[]): ReadyRow | undefined {
  return rows.reduce<ReadyRow | undefined>((first, row) => {
    return first === undefined || isBefore(row, first) ? row : first;
  }, undefined);
}

function parentsIn(rules: string | null): { readonly parents: readonly string[] } {
  const { parents } = JSON.parse(rules ?? "{}") as { readonly parents?: readonly string[] };
  return { parents: parents ?? [] };
}

function knownTasks(core: Core, names: readonly string[]): ReadonlyMap<number, string> {
  const tasks = new Map<number, string>();
  for (const name of names) {
    const id = core.words.find(name);
    if (id !== undefined) tasks.set(id, name);
  }
  return tasks;
}

/** Those asked for that are not paused, in their order; all of them in the order of names, from another one each turn. */
function servedQueues(core: Core, { queues: names, turn }: ClaimRequest): readonly Queue[] {
  const queues = names === undefined ? core.queues.all() : [...new Set(names)].map((name) => core.queues.find(name));
  const served = queues.flatMap((queue) => (queue?.paused === 0 ? [queue] : []));
  return names === undefined ? fromTurn(served, turn) : served;
}

function nextDue(core: Core, queues: readonly Queue[]): number | undefined {
  const times = [core.gates.nextOpening(), ...queues.map((queue) => nextDueOf(core, queue))];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
