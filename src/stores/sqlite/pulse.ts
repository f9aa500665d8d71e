import type { WakeTopic } from "../contract/store.ts";
import type { Statements } from "./statements.ts";

const topics: readonly WakeTopic[] = ["jobs", "control", "ended"];

type PulseRow = { seq: number } & Record<WakeTopic, number>;

/** The number of the next job, and counters that rise with what others may want to hear of. One row, written once per transaction. */
export class Pulse {
  readonly #sql: Statements;
  #row: PulseRow = { seq: 1, jobs: 0, control: 0, ended: 0 };
  #written = 1;
  readonly #noted = new Set<WakeTopic>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The next number in the order of storing, and of claiming. */
  takeSeq(): number {
    const { seq } = this.#row;
    this.#row.seq += 1;
    return seq;
  }

  isNoted(topic: WakeTopic): boolean {
    return this.#noted.has(topic);
  }

  note(topic: WakeTopic): void {
    this.#noted.add(topic);
  }

  /** Forgets a hint: who claims need not be told that there is something to claim. */
  drop(topic: WakeTopic): void {
    this.#noted.delete(topic);
  }

  /** Writes what has changed; what was noted since the last time. */
  flush(): readonly WakeTopic[] {
    const noted = [...this.#noted];
    this.#noted.clear();
    for (const topic of noted) this.#row[topic] += 1;
    if (noted.length > 0 || this.#row.seq !== this.#written) {
      const { seq, jobs, control, ended } = this.#row;
      this.#sql.run(
        "update afterwork_pulse set next_seq = ?, jobs = ?, control = ?, ended = ?",
        seq,
        jobs,
        control,
        ended,
      );
      this.#written = seq;
    }
    return noted;
  }

  /** Reads it anew; the topics that somebody else has noted since it was last read or written. */
  load(): readonly WakeTopic[] {
    this.#noted.clear();
    const before = this.#row;
    const row = this.#sql.get<PulseRow>("select next_seq as seq, jobs, control, ended from afterwork_pulse");
    this.#row = { ...(row ?? before) };
    this.#written = this.#row.seq;
    return topics.filter((topic) => this.#row[topic] !== before[topic]);
  }
}
