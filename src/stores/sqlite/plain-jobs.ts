import type { SQLInputValue } from "node:sqlite";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { Core } from "./core.ts";
import { dueFrom } from "./facts.ts";
import { idOf } from "./job-id.ts";
import { findAlias, idOfRow, readJob } from "./job-row.ts";

/** As many rows as one statement takes; more save little. */
const rowsAtOnce = 10;
const columns = "seq, id, task, queue, priority, policy, created_at, due_at, args, options, trace, flags";
const insertRows = (number: number): string =>
  `insert into afterwork_job (${columns})
    values ${Array(number).fill(`(?, ${idOf}, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`).join(", ")}
    on conflict (id) do nothing`;
const [insertOne, insertMany] = [insertRows(1), insertRows(rowsAtOnce)];

/** Stores plain jobs, and puts them where their due times say. What is stored already stays as it is. */
export function insertPlain(core: Core, jobs: readonly NewJob[]): readonly InsertAnswer[] {
  const rows = new PlainRows(core);
  const answers = jobs.map((job) => {
    const alias = findAlias(core, job.id);
    if (alias !== undefined) return { id: idOfRow(readJob(core, alias)), deduplicated: true };
    rows.add(job);
    return { id: job.id, deduplicated: false };
  });
  rows.flush();
  return answers;
}

interface PlainRow {
  readonly seq: number;
  readonly queue: number;
  readonly dueAt: number;
  readonly values: readonly SQLInputValue[];
}

/** The rows of plain jobs, written some at a time. */
class PlainRows {
  readonly #core: Core;
  #rows: PlainRow[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  add(job: NewJob): void {
    const { pulse, queues, words, policies, now } = this.#core;
    const { id, priority, args, options = null, trace = null } = job;
    const seq = pulse.takeSeq();
    const queue = queues.named(job.queue).id;
    const dueAt = dueFrom(this.#core, job);
    const [task, policy] = [words.idOf(job.task), policies.idOf(job)];
    const values = [seq, id, task, queue, priority, policy, now, dueAt, args, options, trace];
    this.#rows.push({ seq, queue, dueAt, values });
    if (this.#rows.length === rowsAtOnce) this.flush();
  }

  flush(): void {
    const { sql } = this.#core;
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === rowsAtOnce) {
      const { changes } = sql.prepare(insertMany).run(...rows.flatMap(({ values }) => values));
      for (const row of changes === rowsAtOnce ? rows : this.#stored(rows)) this.#place(row);
    } else {
      for (const row of rows) if (sql.prepare(insertOne).run(...row.values).changes === 1) this.#place(row);
    }
  }

  /** Those of the rows whose ids were new. */
  #stored(rows: readonly PlainRow[]): readonly PlainRow[] {
    const select = "select 1 from afterwork_job where seq = ?";
    return rows.filter(({ seq }) => this.#core.sql.get(select, seq) !== undefined);
  }

  #place({ seq, queue, dueAt }: PlainRow): void {
    const { sql, ready, queues, pulse, now } = this.#core;
    pulse.note("jobs");
    if (dueAt <= now) return ready.addNew(seq, queue);
    sql.prepare("insert into afterwork_scheduled values (?, ?, ?, 0)").run(queue, dueAt, seq);
    queues.count(queue, "scheduled", 1);
  }
}
