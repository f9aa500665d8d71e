import type { ClaimAnswer, ClaimedJob, ClaimRequest } from "../contract/claim.ts";
import { endWaiting } from "./endings.ts";
import type { ReadyQueue } from "./ready-queues.ts";
import type { Session } from "./sessions.ts";
import type { State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** Gives a worker jobs. */
export function claimJobs(state: State, request: ClaimRequest, now: number): ClaimAnswer {
  const session = state.sessions.alive(request.worker);
  if (session === undefined) return { jobs: [], more: false, parked: [], ended: true, now };
  const queues = state.queues.served(request.queues, request.turn);
  const claim = new Claim(state, session, request, now);
  state.admission.advance(now);
  for (const queue of queues) state.admission.unpark(queue, claim.tasks);
  state.admission.fillGates(now);
  queues.forEach((queue, index) => claim.take(queue, Math.ceil(claim.left / (queues.length - index))));
  for (const queue of queues) claim.take(queue, claim.left);
  // Other workers have to be told of the permits that came free on the way.
  if (!state.gates.areOpen(now)) state.wakes.drop("jobs");
  const nextDueAt = nextDue(state, queues);
  return {
    jobs: claim.jobs,
    ...(nextDueAt === undefined ? {} : { nextDueInMs: Math.max(0, nextDueAt - now) }),
    more: claim.left === 0 && queues.some((queue) => claim.next(queue) !== undefined),
    parked: claim.parked,
    ended: false,
    now,
  };
}

class Claim {
  readonly tasks: ReadonlySet<string>;
  readonly jobs: ClaimedJob[] = [];
  readonly parked: { readonly id: string; readonly task: string }[] = [];
  readonly #state: State;
  readonly #session: Session;
  readonly #request: ClaimRequest;
  readonly #now: number;
  #keyedLeft: number;

  constructor(state: State, session: Session, request: ClaimRequest, now: number) {
    this.tasks = new Set(request.tasks);
    this.#state = state;
    this.#session = session;
    this.#request = request;
    this.#now = now;
    this.#keyedLeft = request.keyedLimit;
  }

  /** How many more may be claimed. */
  get left(): number {
    return this.#request.limit - this.jobs.length;
  }

  next(queue: ReadyQueue): StoredJob | undefined {
    return queue.first({ keyed: this.#keyedLeft > 0, mostInHand: this.#session.mostCrashes });
  }

  /** Takes up to so many jobs of a queue; those in the way that can't be run are put aside. */
  take(queue: ReadyQueue, most: number): void {
    const enough = this.jobs.length + most;
    while (this.jobs.length < enough) {
      const job = this.next(queue);
      if (job === undefined) return;
      if (isLate(job, this.#now)) endWaiting(this.#state, job, { status: "expired" }, this.#now);
      else if (this.tasks.has(job.task)) this.#hold(job);
      else this.#park(job);
    }
  }

  #park(job: StoredJob): void {
    this.#state.admission.park(job, this.#now);
    this.parked.push({ id: job.id, task: job.task });
  }

  #hold(job: StoredJob): void {
    const { id: worker, name } = this.#session;
    const hold = { worker, token: this.#request.token, crashes: job.crashes };
    this.#state.admission.start(job, this.#now);
    this.#state.expiring.delete(job);
    this.#session.hold(job, hold);
    job.place = "held";
    job.hold = hold;
    job.attempt += 1;
    job.everClaimed = true;
    job.startedAt = this.#now;
    job.worker = name;
    if (job.keyed) this.#keyedLeft -= 1;
    this.jobs.push(describe(job));
  }
}

/** The expiry bounds the first start only. */
function isLate(job: StoredJob, now: number): boolean {
  return !job.everClaimed && job.expiresAt !== undefined && job.expiresAt <= now;
}

function nextDue(state: State, queues: readonly ReadyQueue[]): number | undefined {
  const times = [state.gates.nextOpening(), ...queues.map((queue) => state.due.next(queue.name))];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function describe(job: StoredJob): ClaimedJob {
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    priority: job.priority,
    args: job.args,
    ...(job.options === undefined ? {} : { options: job.options }),
    ...(job.trace === undefined ? {} : { trace: job.trace }),
    ...(job.parents === undefined ? {} : { parents: job.parents }),
    attempt: job.attempt,
    hasSteps: job.steps.size > 0,
    keyed: job.keyed,
    createdAt: job.createdAt,
    dueAt: job.dueAt,
  };
}
