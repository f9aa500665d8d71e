import { App, serve, task, type Engine, type Job } from "afterwork";
import { postgres } from "afterwork/postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { nextEvent, openEngine } from "../../behaviour/support/engines.ts";
import { recordLog } from "../../behaviour/support/listen.ts";
import { onDatabase } from "../../support/database.ts";
import { findPostgresBinaries } from "../../support/postgres-binaries.ts";
import { PostgresServer } from "../../support/postgres-server.ts";
import { describeWith } from "../../support/service.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };
const storeTimeout = 1_000;
/** A call that waits may be behind one that has waited for as long already. */
const longest = 3 * storeTimeout + 2_000;

const double = task("double", { durable: true }, (_context, number: number) => number * 2);
const slow = task("slow", { durable: true, retries: 3 }, async ({ signal }, ms: number) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  signal.throwIfAborted();
  return "slow";
});

describeWith(binaries, "a server that is away", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  function open(url = server.url()): Engine {
    const store = postgres(url, { timeout: 500 });
    return openEngine({ store, tasks: [double, slow], storeTimeout, poll: 200, lease: "5s" });
  }

  async function works(engine: Engine): Promise<void> {
    const job = await enqueueInTime(engine, 21);
    expect(await job.result({ timeout: "20s" })).toBe(42);
  }

  /** Resolves when something can be stored again. */
  async function enqueueInTime(engine: Engine, number: number): Promise<Job<number>> {
    return vi.waitFor(() => engine.enqueue(double, number), { timeout: 20_000, interval: 50 });
  }

  /** A fault that any of these words tells, for each of many calls, and none of them late. */
  async function refusesAll(engine: Engine, words: RegExp): Promise<void> {
    const began = performance.now();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 3_000 }, (_, number) => engine.enqueue(double, number)),
    );
    expect(performance.now() - began).toBeLessThan(longest);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: { code: "STORE_FAULT", passing: true, message: expect.stringMatching(words) as string },
      });
    }
  }

  test("stopped: each of many calls fails in time and says why; afterwards all is well", async () => {
    const engine = open();
    await engine.work();
    await works(engine);
    await server.stop();
    await refusesAll(
      engine,
      /^PostgreSQL at 127\.0\.0\.1:\d+\/postgres: .*lost.*ECONNREFUSED|did not answer within 1000 ms/,
    );
    await server.start();
    await works(engine);
  });

  test("stopped: a request gets a 503 in time, and its clients may try again", async () => {
    const engine = open();
    await engine.counts();
    const app = new App({ engine, work: false, log: recordLog().log }).post(
      "/double",
      ({ background }) => background.addTask(double, 1).id,
    );
    const { url, close } = await serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
    onTestFinished(async () => void (await close()));
    await server.stop();
    const began = performance.now();
    const response = await fetch(`${url}/double`, { method: "POST" });
    expect(performance.now() - began).toBeLessThan(longest);
    expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    await server.start();
    await vi.waitFor(async () => expect((await fetch(`${url}/double`, { method: "POST" })).status).toBe(200), 10_000);
  });

  test("half-open: each of many calls fails in time, on a bounded number of connections", async () => {
    await using proxy = await TcpProxy.startFor(server.url());
    const engine = open(server.url(proxy.port));
    await engine.work();
    await works(engine);
    proxy.stall();
    await refusesAll(engine, /was not answered within|no connection within|did not answer within/);
    // Ten of the pool, and one that listens; those that were given up are gone.
    expect(proxy.open).toBeLessThanOrEqual(22);
    await proxy.heal();
    await works(engine);
  });

  test.each(["fast", "immediate"] as const)("a restart, %s: workers carry on, and what ran ends once", async (mode) => {
    const engine = open();
    await engine.work();
    const started = nextEvent(engine, "jobStarted", ({ task }) => task === "slow");
    const running = await engine.enqueue(slow, 1_500);
    await started;
    await server.restart(mode);
    await works(engine);
    expect(await running.result({ timeout: "20s" })).toBe("slow");
    expect(await running.read()).toMatchObject({ status: "succeeded", attempt: 1, failures: [] });
  });

  test("every connection is terminated, again and again: workers carry on, and no job is lost", async () => {
    const engine = open();
    await engine.work();
    const jobs: Job<number>[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let number = 0; number < 20; number += 1) jobs.push(await enqueueInTime(engine, number));
      await terminateAll();
    }
    const results = await Promise.all(jobs.map((job) => job.result({ timeout: "20s" })));
    expect(results).toEqual(jobs.map((_, index) => (index % 20) * 2));
    await works(engine);
  });

  test("a server that can only be read, as after a failover: faults say so, and workers carry on when it can be written", async () => {
    const engine = open();
    await engine.work();
    await works(engine);
    await setReadOnly("on");
    await refusesAll(engine, /it can only be read now|did not answer within/);
    expect((await engine.jobs({ limit: 1 })).jobs).toHaveLength(1);
    await setReadOnly("off");
    await works(engine);
  });

  async function setReadOnly(value: "on" | "off"): Promise<void> {
    await onDatabase(server.url(), async (client) => {
      await client.query(`alter system set default_transaction_read_only = ${value}`);
      await client.query("select pg_reload_conf()");
    });
    const isSo = async (): Promise<void> =>
      onDatabase(server.url(), async (client) => {
        const { rows } = await client.query("show default_transaction_read_only");
        expect(rows).toEqual([{ default_transaction_read_only: value }]);
      });
    await vi.waitFor(isSo, 5_000);
  }

  async function terminateAll(): Promise<void> {
    await onDatabase(server.url(), (client) =>
      client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      ),
    );
  }
});
