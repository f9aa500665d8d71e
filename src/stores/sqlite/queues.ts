import type { Statements } from "./statements.ts";

/** Where a job of a queue can stand. Each is counted, so that nobody has to. */
export const standings = [
  "ready",
  "blocked",
  "parked",
  "scheduled",
  "retrying",
  "waiting",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "expired",
] as const;

export type Standing = (typeof standings)[number];

/** A queue that has had jobs, or was paused or resumed. */
export type Queue = { readonly id: number; readonly name: string; paused: number } & Record<Standing, number>;

const columns = ["paused", ...standings] as const;
const insertQueue = `insert into afterwork_queue values (null, ?, ${columns.map(() => "0").join(", ")})`;
const updateQueue = `update afterwork_queue set ${columns.map((name) => `${name} = ?`).join(", ")} where id = ?`;

/** The queues and their counts, kept in memory; what changes is written once per transaction. */
export class Queues {
  readonly #sql: Statements;
  readonly #byName = new Map<string, Queue>();
  readonly #byId = new Map<number, Queue>();
  readonly #changed = new Set<Queue>();
  #sorted: readonly Queue[] | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The queue of a name, which is stored if it is new. */
  named(name: string): Queue {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    this.#sql.run(insertQueue, name);
    const row = this.#sql.get<Queue>("select * from afterwork_queue where name = ?", name);
    return this.#remember(row as Queue);
  }

  find(name: string): Queue | undefined {
    return this.#byName.get(name);
  }

  nameOf(id: number): string {
    return this.#byId.get(id)?.name ?? "";
  }

  /** In the order of names. */
  all(): readonly Queue[] {
    this.#sorted ??= [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return this.#sorted;
  }

  count(id: number, standing: Standing, by: number): void {
    const queue = this.#byId.get(id);
    if (queue === undefined) return;
    queue[standing] += by;
    this.#changed.add(queue);
  }

  pause(queue: Queue, paused: boolean): void {
    queue.paused = paused ? 1 : 0;
    this.#changed.add(queue);
  }

  /** Writes what has changed. */
  flush(): void {
    if (this.#changed.size === 0) return;
    const update = this.#sql.prepare(updateQueue);
    for (const queue of this.#changed) update.run(...columns.map((column) => queue[column]), queue.id);
    this.#changed.clear();
  }

  /** Reads everything anew. */
  load(): void {
    this.#changed.clear();
    this.#byName.clear();
    this.#byId.clear();
    this.#sorted = undefined;
    for (const row of this.#sql.all<Queue>("select * from afterwork_queue")) this.#remember(row);
  }

  #remember(queue: Queue): Queue {
    this.#byName.set(queue.name, queue);
    this.#byId.set(queue.id, queue);
    this.#sorted = undefined;
    return queue;
  }
}
