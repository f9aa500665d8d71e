import type { Statements } from "./statements.ts";

/** Lets jobs of one key through: so many at a time, or so many in any window of time. */
export interface Gate {
  readonly id: number;
  readonly kind: "concurrency" | "rate";
  most: number;
  perMs: number;
  /** Permits that are taken; of a rate, those let through and not claimed yet: they start in some window, so they count in all. */
  used: number;
  /** The starts that are remembered: those of the window, and what nobody has looked at since. */
  starts: number;
  waiting: number;
  /** How many jobs that have not ended bear the key. */
  jobs: number;
}

/** What a job says of a gate. */
export interface GateRule {
  readonly key: string;
  readonly limit: number;
  readonly perMs?: number;
}

const columns = "id, kind, most, per_ms as perMs, used, starts, waiting, jobs";
const byId = `select ${columns} from afterwork_gate where id = ?`;
const insertGate = `insert into afterwork_gate (kind, key, most, per_ms, used, starts, waiting, jobs)
  values (?, ?, ?, ?, 0, 0, 0, 0)`;
/** Rates open by time as well; the others have their times beside their keys in one index. */
const selectOpen = `select id from (
    select * from (select id, kind, key from afterwork_gate where opens_at = 0 order by kind, key limit ?)
    union all select id, kind, key from afterwork_gate where opens_at > 0 and opens_at <= ?
  ) order by kind, key limit ?`;
const updateGate = `update afterwork_gate
  set most = ?, per_ms = ?, used = ?, starts = ?, waiting = ?, jobs = ?, opens_at = ? where id = ?`;

/** The gates that a transaction has touched, until the next flush; what has changed is written then. */
export class Gates {
  readonly #sql: Statements;
  readonly #touched = new Map<number, Gate>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  get(id: number): Gate {
    const touched = this.#touched.get(id);
    if (touched !== undefined) return touched;
    const gate = this.#sql.get<Gate>(byId, id);
    if (gate === undefined) throw new Error(`the gate ${id} is missing`);
    return this.#touch(gate);
  }

  /** A job depends on the gate of its rule from now on; it is made with the first one. */
  join(kind: Gate["kind"], { key, limit, perMs = 0 }: GateRule): Gate {
    const known = this.#sql.get<{ id: number }>("select id from afterwork_gate where kind = ? and key = ?", kind, key);
    const id = known?.id ?? Number(this.#sql.prepare(insertGate).run(kind, key, limit, perMs).lastInsertRowid);
    const gate = this.get(id);
    gate.jobs += 1;
    return gate;
  }

  hasRoom(gate: Gate, now: number): boolean {
    if (gate.kind === "rate") this.#forgetStarts(gate, now);
    return gate.starts + gate.used < gate.most;
  }

  noteStart(gate: Gate, now: number): void {
    gate.used -= 1;
    gate.starts += 1;
    this.#sql.run(
      "insert into afterwork_start values (?, ?, 1) on conflict do update set number = number + 1",
      gate.id,
      now,
    );
  }

  /** Has it waiters and room? */
  isOpen(gate: Gate, now: number): boolean {
    return gate.waiting > 0 && this.hasRoom(gate, now);
  }

  /** The gates that have waiters and room, those of concurrency first, in the order of keys; at most so many of them. */
  open(now: number, limit: number): readonly Gate[] {
    this.flush();
    return this.#sql.all<{ id: number }>(selectOpen, limit, now, limit).map(({ id }) => this.get(id));
  }

  /** Is there any? */
  areOpen(now: number): boolean {
    return (this.nextOpening() ?? Number.POSITIVE_INFINITY) <= now;
  }

  /** When there will be a gate with waiters and room; 0 if there is one. */
  nextOpening(): number | undefined {
    this.flush();
    const sql = "select opens_at as at from afterwork_gate where opens_at is not null order by opens_at limit 1";
    return this.#sql.get<{ at: number }>(sql)?.at;
  }

  /** Forgets rates that no job bears any more, once their last starts have left the window. */
  prune(now: number, limit: number): void {
    this.flush();
    const sql = `select id from afterwork_gate g where jobs = 0
      and not exists (select 1 from afterwork_start s where s.gate = g.id and s.at > ? - g.per_ms) limit ?`;
    for (const { id } of this.#sql.all<{ id: number }>(sql, now, limit)) this.#forgetStarts(this.get(id), now);
  }

  /** Writes what has changed, and drops what nothing depends on. */
  flush(): void {
    if (this.#touched.size === 0) return;
    for (const gate of this.#touched.values()) this.#write(gate);
    this.#touched.clear();
  }

  /** What was changed since the last flush did not happen. */
  forget(): void {
    this.#touched.clear();
  }

  #write(gate: Gate): void {
    if (gate.jobs === 0 && gate.starts === 0) {
      this.#sql.run("delete from afterwork_gate where id = ?", gate.id);
      return;
    }
    const { id, most, perMs, used, starts, waiting, jobs } = gate;
    this.#sql.run(updateGate, most, perMs, used, starts, waiting, jobs, this.#opensAt(gate) ?? null, id);
  }

  /** When somebody who waits may be let through: 0 when there is room; `undefined` when time changes nothing. */
  #opensAt(gate: Gate): number | undefined {
    if (gate.waiting === 0) return undefined;
    let leaving = gate.starts + gate.used - gate.most;
    if (leaving < 0) return 0;
    if (gate.kind === "concurrency") return undefined;
    const starts = this.#sql.prepare("select at, number from afterwork_start where gate = ? order by at");
    for (const row of starts.iterate(gate.id)) {
      const { at, number } = row as { at: number; number: number };
      if (leaving < number) return at + gate.perMs;
      leaving -= number;
    }
    return undefined;
  }

  #forgetStarts(gate: Gate, now: number): void {
    if (gate.starts === 0) return;
    const sql = "delete from afterwork_start where gate = ? and at <= ? returning number";
    for (const { number } of this.#sql.all<{ number: number }>(sql, gate.id, now - gate.perMs)) gate.starts -= number;
  }

  #touch(gate: Gate): Gate {
    this.#touched.set(gate.id, gate);
    return gate;
  }
}
