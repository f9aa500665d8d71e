import { Pool } from "pg";
import postgres from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import { findPostgresBinaries } from "../../support/postgres-binaries.ts";
import { PostgresServer } from "../../support/postgres-server.ts";
import { describeWith } from "../../support/service.ts";

vi.setConfig({ testTimeout: 90_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };

describeWith(binaries, "a server that restarts", () => {
  test("every client carries on after it, hears again, and has thrown nothing but passing faults", async () => {
    await using server = await PostgresServer.start();
    const url = server.url();
    const pool = new Pool({ connectionString: url });
    const sql = postgres(url, { onnotice: () => {} });
    onTestFinished(async () => {
      await Promise.all([pool.end(), sql.end({ timeout: 1 })]);
    });
    const databases = await Promise.all([url, pool, sql].map((given) => databaseOf(given)));
    const heard = databases.map(() => ({ listenings: 0, payloads: [] as string[] }));
    databases.forEach((database, index) => {
      const ear = heard[index]!;
      database.listen("a channel", {
        onListening: () => void (ear.listenings += 1),
        onNotification: (payload) => void ear.payloads.push(payload),
        onLost: (error) => expect(error).toMatchObject({ code: "STORE_FAULT", passing: true }),
      });
    });
    await vi.waitFor(() => expect(heard.map(({ listenings }) => listenings)).toEqual([1, 1, 1]), 10_000);
    const faults: unknown[] = [];
    let going = true;
    const work = databases.map(async (database) => {
      while (going) {
        await database.query("select pg_sleep(0.01)").catch((error: unknown) => faults.push(error));
        const inTransaction = database.transaction(async (query) => {
          await query("select pg_sleep(0.01)");
          await query("select 1");
        });
        await inTransaction.catch((error: unknown) => faults.push(error));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await server.restart("fast");
    await vi.waitFor(() => expect(heard.map(({ listenings }) => listenings)).toEqual([2, 2, 2]), 20_000);
    await server.restart("immediate");
    await vi.waitFor(() => expect(heard.map(({ listenings }) => listenings)).toEqual([3, 3, 3]), 20_000);
    going = false;
    await Promise.all(work);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatchObject({ code: "STORE_FAULT", passing: true });
    for (const database of databases) expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
    await databases[0]!.query("select pg_notify('a channel', 'after all that')");
    await vi.waitFor(
      () => expect(heard.map(({ payloads }) => payloads)).toEqual(databases.map(() => ["after all that"])),
      5_000,
    );
    await Promise.all(databases.map((database) => database.close()));
  });
});
