import { task, type Engine, type Job } from "afterwork";
import { postgres, type PostgresOptions } from "afterwork/postgres";
import { Client, Pool } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { channelOf } from "../../../src/stores/postgres/wakes.ts";
import { openEngine } from "../../behaviour/support/engines.ts";
import { describeWith } from "../../support/service.ts";
import { TransactionPooler } from "../../support/transaction-pooler.ts";
import { newSchema } from "./roles.ts";
import { database, databaseUrl, newName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 60_000 });

/** So long that nothing that is started in a test was found by polling. */
const never = "10m";
const mail = task("mail", { durable: true }, (_context, to: number) => to);

/** An engine whose connections can be told from others. */
interface Named {
  readonly engine: Engine;
  readonly name: string;
}

function open(
  schema: string,
  { poll = never, url = databaseUrl, ...options }: PostgresOptions & { poll?: string | number; url?: string } = {},
): Named {
  const name = newName();
  const pool = new Pool({ connectionString: url, application_name: name });
  onTestFinished(() => pool.end());
  const store = postgres(pool, { schema, ...options });
  return { name, engine: openEngine({ store, tasks: [mail], poll: poll as "10m" }) };
}

/** The connections of an engine that listen. */
const listeners = (name: string): Promise<readonly Record<string, unknown>[]> =>
  onServer("select pid from pg_stat_activity where application_name = $1 and query like 'listen %'", [name]);

async function listens({ name }: Named): Promise<void> {
  await vi.waitFor(async () => expect(await listeners(name)).toHaveLength(1), { timeout: 10_000, interval: 20 });
}

/** How long a job took from being stored to its end, in milliseconds. */
async function tookMs(enqueued: Promise<Job<number>>): Promise<number> {
  const job = await enqueued;
  const began = performance.now();
  await job.result({ timeout: "30s" });
  return performance.now() - began;
}

/** What is notified in a schema from now on. */
async function eavesdrop(schema: string): Promise<readonly string[]> {
  const heard: string[] = [];
  const client = new Client({ connectionString: databaseUrl });
  onTestFinished(() => client.end());
  await client.connect();
  client.on("notification", ({ payload = "" }) => heard.push(payload.split(" ")[0] ?? ""));
  await client.query(`listen ${channelOf(schema)}`);
  return heard;
}

describeWith(database, "hints of PostgreSQL", () => {
  test("what another one stores starts at once, whether it is due now or soon", async () => {
    const schema = newSchema();
    const [worker, other] = [open(schema), open(schema)];
    await worker.engine.work();
    await listens(worker);
    await other.engine.counts();
    expect(await tookMs(other.engine.enqueue(mail, 1))).toBeLessThan(2_000);
    expect(await tookMs(other.engine.enqueue(mail.with({ delay: 300 }), 2))).toBeLessThan(3_000);
    expect(await tookMs(other.engine.enqueue(mail.with({ unique: { key: () => "k" } }), 3))).toBeLessThan(2_000);
  });

  test("what another one commits in a transaction of his own starts at once", async () => {
    const schema = newSchema();
    const [worker, other] = [open(schema), open(schema)];
    await worker.engine.work();
    await listens(worker);
    const client = new Client({ connectionString: databaseUrl });
    onTestFinished(() => client.end());
    await client.connect();
    await client.query("begin");
    const job = await other.engine.enqueue(mail.with({ tx: client }), 1);
    await client.query("commit");
    expect(await tookMs(Promise.resolve(job))).toBeLessThan(2_000);
  });

  test("when the connection that listens was killed, what was stored meanwhile starts soon, and hints arrive again", async () => {
    const schema = newSchema();
    const [worker, other] = [open(schema), open(schema)];
    await worker.engine.work();
    await listens(worker);
    const [{ pid } = {}] = await listeners(worker.name);
    await onServer("select pg_terminate_backend($1)", [pid]);
    expect(await tookMs(other.engine.enqueue(mail, 1))).toBeLessThan(5_000);
    await listens(worker);
    expect(await tookMs(other.engine.enqueue(mail, 2))).toBeLessThan(2_000);
  });

  test("listen: false holds no connection to listen; everything passes by polling", async () => {
    const schema = newSchema();
    const [worker, other] = [open(schema, { listen: false, poll: 300 }), open(schema, { listen: false })];
    const heard = await eavesdrop(schema);
    await worker.engine.work();
    expect(await tookMs(other.engine.enqueue(mail, 1).then((job) => worker.engine.job(job.id)))).toBeLessThan(3_000);
    expect(await listeners(worker.name)).toEqual([]);
    expect(heard).toEqual([]);
  });

  test("behind a pooler in transaction mode: listenUrl hears, and without it everything passes by polling", async () => {
    const schema = newSchema();
    const { port } = new URL(databaseUrl);
    const pooler = await TransactionPooler.start(Number(port === "" ? 5432 : port));
    onTestFinished(() => pooler[Symbol.asyncDispose]());
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${pooler.port}`;
    const other = open(schema);
    await other.engine.counts();
    const hearing = open(schema, { url: url.href, listenUrl: databaseUrl });
    await hearing.engine.work({ queues: ["default"] });
    await listens(hearing);
    expect(await tookMs(other.engine.enqueue(mail, 1))).toBeLessThan(2_000);
    await hearing.engine.close();
    const deaf = open(schema, { url: url.href, poll: 300 });
    await deaf.engine.work();
    expect(await tookMs(other.engine.enqueue(mail, 2))).toBeLessThan(5_000);
    await deaf.engine.close();
  });

  test("a burst is told a few times, not once per job", async () => {
    const schema = newSchema();
    const [worker, other] = [open(schema), open(schema)];
    await worker.engine.work();
    await other.engine.counts();
    const heard = await eavesdrop(schema);
    const began = performance.now();
    await other.engine.enqueueMany(Array.from({ length: 5_000 }, (_, to) => [mail, to] as const));
    for (let to = 0; to < 300; to += 1) await other.engine.enqueue(mail, to);
    await vi.waitFor(async () => expect((await other.engine.counts()).statuses.succeeded).toBe(5_300), 30_000);
    const allMs = performance.now() - began;
    // Of one process five at once, then one in 50 ms, and one that is on its way. Of jobs the worker tells, too: of those that
    // it leaves to others, once in 500 ms.
    const most = { ended: 6 + allMs / 50, jobs: 6 + allMs / 50 + 1 + allMs / 500 };
    for (const topic of ["jobs", "ended"] as const) {
      const count = heard.filter((payload) => payload === topic).length;
      expect(count, topic).toBeGreaterThan(0);
      expect(count, topic).toBeLessThanOrEqual(most[topic]);
    }
  });
});
