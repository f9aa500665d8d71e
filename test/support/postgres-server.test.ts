import { Client } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";

import { findPostgresBinaries } from "./postgres-binaries.ts";
import { PostgresServer } from "./postgres-server.ts";
import { describeWith } from "./service.ts";

vi.setConfig({ testTimeout: 60_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };

async function rowsOf(server: PostgresServer, sql: string): Promise<readonly unknown[]> {
  const client = new Client(server.url());
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  client.on("error", () => {});
  return (await client.query(sql)).rows;
}

describeWith(binaries, "a server of the tests' own", () => {
  test("it commits to the disk, keeps that over restarts and crashes, and takes settings", async () => {
    await using server = await PostgresServer.start({ max_connections: 20 });
    await rowsOf(server, "create table kept (number int)");
    for (const [index, mode] of (["fast", "immediate"] as const).entries()) {
      await rowsOf(server, `insert into kept values (${index})`);
      await server.restart(mode);
    }
    expect(await rowsOf(server, "select number from kept order by number")).toEqual([{ number: 0 }, { number: 1 }]);
    await server.stop();
    await expect(rowsOf(server, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.set({ max_connections: 30 });
    await server.start();
    expect(await rowsOf(server, "show max_connections")).toEqual([{ max_connections: "30" }]);
    expect(await rowsOf(server, "show fsync")).toEqual([{ fsync: "on" }]);
  });
});
