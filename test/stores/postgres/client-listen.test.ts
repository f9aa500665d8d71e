import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "pg";
import postgres from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ChannelListener, Database } from "../../../src/stores/postgres/client/database.ts";
import { type Connection, databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import type { DatabaseOptions } from "../../../src/stores/postgres/client/database-options.ts";
import { defaultPace } from "../../../src/stores/postgres/client/listen-session.ts";
import { describeWith } from "../../support/service.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";
import { database as service, databaseUrl, killConnections, newName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 20_000 });

const pace = { ...defaultPace, heartbeatMs: 100, answerMs: 300, retryMs: [20, 100] as const };

class Recorder implements ChannelListener {
  readonly payloads: string[] = [];
  readonly losses: unknown[] = [];
  listenings = 0;
  onNotification(payload: string): void {
    this.payloads.push(payload);
  }
  onListening(): void {
    this.listenings += 1;
  }
  onLost(error: unknown): void {
    this.losses.push(error);
  }
  /** Resolves when it has listened so many times. */
  async listening(times: number): Promise<void> {
    await vi.waitFor(() => expect(this.listenings).toBe(times), { timeout: 8_000, interval: 10 });
  }
}

async function open(connection: Connection, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await databaseOf(connection, { pace, ...options });
  onTestFinished(() => database.close());
  return database;
}

/** What each kind of client is made of to reach a URL; the listening has the application's name. */
const kinds: Readonly<Record<string, (url: string, applicationName: string) => Connection>> = {
  "a URL": (url) => url,
  "a pool of pg": (url, application_name) => {
    const pool = new Pool({ connectionString: url, application_name });
    onTestFinished(() => pool.end());
    return pool;
  },
  "postgres.js": (url, application_name) => {
    const sql = postgres(url, { connection: { application_name }, onnotice: () => {} });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  },
};

describeWith(service, "listening", () => {
  for (const [kind, connect] of Object.entries(kinds)) {
    test(`${kind}: what is notified arrives, on this channel alone, whatever its name holds`, async () => {
      const name = newName();
      const [channel, recorder] = [`${name} "A".b`, new Recorder()];
      const database = await open(connect(databaseUrl, name), { applicationName: name });
      const listening = database.listen(channel, recorder);
      expect(recorder.listenings).toBe(0);
      await recorder.listening(1);
      await database.query("select pg_notify($1, 'one')", [channel]);
      await database.query("select pg_notify($1, 'other')", [`${channel}x`]);
      await database.query("select pg_notify($1, '')", [channel]);
      await vi.waitFor(() => expect(recorder.payloads).toEqual(["one", ""]), 3_000);
      await listening?.stop();
      await database.query("select pg_notify($1, 'two')", [channel]);
      await wait(50);
      expect(recorder.payloads).toEqual(["one", ""]);
      expect(recorder.losses).toEqual([]);
    });

    test(`${kind}: a connection that is killed is made anew, and each loss is told once`, async () => {
      const [name, recorder] = [newName(), new Recorder()];
      const database = await open(connect(databaseUrl, name), { applicationName: name });
      database.listen(name, recorder);
      await recorder.listening(1);
      for (const times of [2, 3]) {
        await killConnections(name);
        await recorder.listening(times);
        expect(recorder.losses).toHaveLength(times - 1);
      }
      expect(recorder.losses).toMatchObject([{ code: "STORE_FAULT", passing: true }, { passing: true }]);
      await database.query("select pg_notify($1, 'again')", [name]);
      await vi.waitFor(() => expect(recorder.payloads).toEqual(["again"]), 3_000);
    });

    test(`${kind}: a half-open connection is noticed by its silence`, async () => {
      await using proxy = await TcpProxy.startFor(databaseUrl);
      const [name, recorder] = [newName(), new Recorder()];
      const database = await open(connect(databaseUrl, name), {
        listenUrl: proxy.through(databaseUrl),
        applicationName: name,
      });
      database.listen(name, recorder);
      await recorder.listening(1);
      proxy.stall();
      await vi.waitFor(() => expect(recorder.losses).toHaveLength(1), 3_000);
      expect(recorder.losses).toMatchObject([
        { passing: true, message: expect.stringContaining("did not answer within 300 ms") },
      ]);
      await wait(500);
      expect(recorder.losses).toHaveLength(1);
      await proxy.heal();
      await recorder.listening(2);
      await database.query("select pg_notify($1, 'again')", [name]);
      await vi.waitFor(() => expect(recorder.payloads).toEqual(["again"]), 3_000);
    });

    test(`${kind}: a server that can't be reached is tried again until it can`, async () => {
      await using proxy = await TcpProxy.startFor(databaseUrl);
      proxy.refuse();
      const [name, recorder] = [newName(), new Recorder()];
      const database = await open(connect(databaseUrl, name), {
        listenUrl: proxy.through(databaseUrl),
        applicationName: name,
      });
      database.listen(name, recorder);
      await vi.waitFor(() => expect(recorder.losses).toHaveLength(1), 3_000);
      expect(recorder.losses).toMatchObject([{ passing: true, message: expect.stringContaining("ECONNREFUSED") }]);
      await wait(300);
      await proxy.heal();
      await recorder.listening(1);
      expect(recorder.losses).toHaveLength(1);
    });

    test(`${kind}: where nothing arrives, the remedy is told`, async () => {
      // Notifications don't cross databases: LISTEN is agreed to, and nothing comes, as behind a pooler.
      const elsewhere = new URL(databaseUrl);
      elsewhere.pathname = "/postgres";
      const [name, recorder] = [newName(), new Recorder()];
      const options = {
        listenUrl: elsewhere.href,
        applicationName: name,
        pace: { ...pace, answerMs: 200, deafMs: 400 },
      };
      const database = await open(connect(databaseUrl, name), options);
      const listening = database.listen(name, recorder);
      await vi.waitFor(() => expect(recorder.losses).toHaveLength(1), 3_000);
      expect(recorder.losses).toMatchObject([
        { code: "STORE_FAULT", passing: true, message: expect.stringContaining("give listenUrl a direct connection") },
      ]);
      await wait(800);
      expect(recorder.losses).toHaveLength(1);
      expect(recorder.listenings).toBe(0);
      await listening?.stop();
    });

    test(`${kind}: stop is prompt in every state, and leaves no connection`, async () => {
      await using proxy = await TcpProxy.startFor(databaseUrl);
      const name = newName();
      const slow = { ...defaultPace, answerMs: 60_000, retryMs: [60_000, 60_000] as const };
      const database = await open(connect(databaseUrl, name), {
        listenUrl: proxy.through(databaseUrl),
        applicationName: name,
        pace: slow,
      });
      const states: Readonly<Record<string, (recorder: Recorder) => Promise<void> | void>> = {
        "at once": () => {},
        listening: (recorder) => recorder.listening(1),
        stalled: async (recorder) => {
          await recorder.listening(1);
          proxy.stall();
        },
        connecting: () => vi.waitFor(() => expect(proxy.open).toBeGreaterThan(0), 10_000),
        waiting: async (recorder) => {
          await proxy.heal();
          proxy.refuse();
          await vi.waitFor(() => expect(recorder.losses).toHaveLength(1), 3_000);
        },
      };
      for (const [state, reach] of Object.entries(states)) {
        const recorder = new Recorder();
        const listening = database.listen(name, recorder);
        await reach(recorder);
        const began = performance.now();
        await listening?.stop();
        await listening?.stop();
        expect(performance.now() - began, state).toBeLessThan(200);
      }
      proxy.cut();
      await vi.waitFor(async () => expect(await listeners(name)).toBe(0), 3_000);
    });
  }

  test("the listening of a pool has its password, and a name of its own unless the pool has one", async () => {
    const pool = new Pool({ connectionString: databaseUrl, password: "of the pool" });
    onTestFinished(() => pool.end());
    const [name, recorder] = [newName(), new Recorder()];
    const database = await open(pool, { applicationName: name });
    database.listen(name, recorder);
    await recorder.listening(1);
    expect(await listeners(name)).toBe(1);
  });

  test("it can be switched off", async () => {
    const database = await open(databaseUrl, { listen: false });
    expect(database.listen("channel", new Recorder())).toBeUndefined();
  });

  test("close stops it", async () => {
    const [name, recorder] = [newName(), new Recorder()];
    const database = await open(databaseUrl, { applicationName: name });
    database.listen(name, recorder);
    await recorder.listening(1);
    await database.close();
    await vi.waitFor(async () => expect(await listeners(name)).toBe(0), 3_000);
    expect(recorder.losses).toEqual([]);
  });
});

async function listeners(applicationName: string): Promise<number> {
  const text = "select 1 from pg_stat_activity where application_name = $1 and query ~ '^(listen|select 1)'";
  return (await onServer(text, [applicationName])).length;
}
