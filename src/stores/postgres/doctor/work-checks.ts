import type { QueueCounts } from "../../contract/job-record.ts";
import type { Query } from "../client/database.ts";
import { quoteName } from "../client/quote.ts";
import { countsIn } from "../job-record.ts";
import { numberIn, textIn } from "../row.ts";
import { byQuery, type Check, hint, ok, orOk, type Patient, type Verdict, warning } from "./check.ts";
import { listOf, spanOf } from "./words.ts";

/** Further than this nobody counts. */
const cap = 10_000;

const aliveSql = `select count(*)::int as alive from %schema%.session
  where not ended and expires_at > floor(extract(epoch from clock_timestamp()) * 1000)`;
const parkedSql = `select p.queue, p.task, count(*)::int as jobs
  from (select queue, task from %schema%.aside where kind = 'p' limit ${cap}) p group by p.queue, p.task order by 3 desc, 1, 2`;

/** Do jobs get on? */
export const workChecks: readonly Check[] = [
  byQuery({
    name: "workers",
    sql: aliveSql,
    judge([row = {}]) {
      const alive = numberIn(row, "alive");
      if (alive > 0) return ok(`${alive} alive`);
      return hint("none is alive", "start one: afterwork worker, or an app with the engine");
    },
  }),
  {
    name: "waiting-jobs",
    async look(patient) {
      const { database, schema, limits } = patient;
      const { queues, now } = countsIn(
        await database.query(`select * from ${quoteName(schema)}.count_jobs($1)`, [cap]),
        cap,
      );
      const [alive, parked] = await Promise.all([workersAlive(patient), parkedByQueue(patient)]);
      const late = queues.filter(
        ({ name, paused, queued, oldestDueAt }) =>
          !paused && oldestDueAt !== undefined && now - oldestDueAt > limits.waitMs && queued > (parked.get(name) ?? 0),
      );
      return orOk(
        late.map((queue) => judgeQueue(queue, alive, now)),
        `none is due for longer than ${spanOf(limits.waitMs)}`,
      );
    },
  },
  byQuery({
    name: "parked-jobs",
    sql: parkedSql,
    judge: (rows) =>
      orOk(
        rows.map((row) =>
          hint(
            `queue ${textIn(row, "queue")}: ${atLeast(numberIn(row, "jobs"))} of the task ${textIn(row, "task")}, which no worker knew`,
            "start one whose engine lists the task; if it was removed or renamed, cancel them",
          ),
        ),
        "there is none",
      ),
  }),
  byQuery({
    name: "paused-queues",
    sql: "select name from %schema%.queue where paused order by name",
    judge(rows) {
      if (rows.length === 0) return ok("there is none");
      return hint(listOf(rows.map((row) => textIn(row, "name"))), "engine.resume lets their jobs run again");
    },
  }),
];

function judgeQueue({ name, queued, running, oldestDueAt = 0 }: QueueCounts, alive: number, now: number): Verdict {
  const seen = `queue ${name}: ${atLeast(queued)} due, the oldest for ${spanOf(now - oldestDueAt)}`;
  if (alive === 0) return warning(`${seen}; no worker is alive`, "start one");
  if (running > 0) return hint(`${seen}; ${running} running`, "if that goes on growing, add workers");
  return warning(
    `${seen}; none running, workers alive: ${alive}`,
    "see whether one of them serves this queue (--queues), and whether a concurrency or rate limit holds them back",
  );
}

async function workersAlive({ database, schema }: Patient): Promise<number> {
  return numberIn((await ask(database.query, aliveSql, schema))[0] ?? {}, "alive");
}

async function parkedByQueue({ database, schema }: Patient): Promise<ReadonlyMap<string, number>> {
  const parked = new Map<string, number>();
  for (const row of await ask(database.query, parkedSql, schema)) {
    const queue = textIn(row, "queue");
    parked.set(queue, (parked.get(queue) ?? 0) + numberIn(row, "jobs"));
  }
  return parked;
}

function ask(query: Query, sql: string, schema: string): ReturnType<Query> {
  return query(sql.replaceAll("%schema%", () => quoteName(schema)));
}

function atLeast(jobs: number): string {
  return jobs === cap ? `at least ${cap} jobs` : `${jobs} ${jobs === 1 ? "job" : "jobs"}`;
}
