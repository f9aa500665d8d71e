import type { SQLInputValue } from "node:sqlite";
import type { Outcome } from "../contract/outcome.ts";
import type { Core } from "./core.ts";
import { childrenOf } from "./endings.ts";
import { flag, lostToCrashes } from "./flags.ts";
import type { Hold } from "./holds.ts";
import { tokenNumber } from "../contract/token-number.ts";

const takeBack = "delete from afterwork_claimed where seq = ? and token = ? and stop = 0";

/** As many rows as one statement takes: measured, that costs a quarter less than one by one, and more saves little. */
const rowsAtOnce = 10;
const columns = "seq, attempt, started_at, finished_at, worker, token, forget_at, result, status, stop";
const insertRows = (number: number): string =>
  `insert into afterwork_outcome (${columns}) values ${Array(number).fill("(?, ?, ?, ?, ?, ?, ?, ?, 0, 0)").join(", ")}`;
const [insertOne, insertMany] = [insertRows(1), insertRows(rowsAtOnce)];

/** What has to be seen to when a job ends. */
const seenTo = flag.concurrency | flag.rate | flag.unique | lostToCrashes;

/** The successes of jobs that this process holds and that nothing depends on, as nearly all are. Written some at a time. */
export class PlainOutcomes {
  readonly #core: Core;
  readonly #rows: SQLInputValue[][] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  /** Takes an outcome if it is of this kind; else nothing is done. It is there after the next flush. */
  take(outcome: Outcome): boolean {
    if (outcome.kind !== "succeeded" || outcome.spawned !== undefined) return false;
    const hold = this.#core.holds.get(outcome.id);
    if (hold === undefined || hold.token !== tokenNumber(outcome.token)) return false;
    if ((hold.flags & seenTo) !== 0 || childrenOf(this.#core, hold.seq).length > 0) return false;
    if (this.#core.sql.prepare(takeBack).run(hold.seq, hold.token).changes === 0) return false;
    this.#note(hold, outcome.result ?? null);
    return true;
  }

  /** Writes what was taken. */
  flush(): void {
    const { sql } = this.#core;
    const rows = this.#rows.splice(0);
    if (rows.length === rowsAtOnce) sql.prepare(insertMany).run(...rows.flat());
    else for (const row of rows) sql.prepare(insertOne).run(...row);
  }

  #note({ seq, token, queue, attempt, startedAt, policy, worker }: Hold, result: string | null): void {
    const { policies, queues, pulse, now } = this.#core;
    const forgetAt = now + policies.get(policy).keep.succeededMs;
    this.#rows.push([seq, attempt, startedAt, now, worker, token, forgetAt, result]);
    queues.count(queue, "running", -1);
    queues.count(queue, "succeeded", 1);
    pulse.note("ended");
    if (this.#rows.length === rowsAtOnce) this.flush();
  }
}
