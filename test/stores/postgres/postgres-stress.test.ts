import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { describeWith } from "../../support/service.ts";
import { brokenInvariants } from "./invariants.ts";
import { database, dropSchema, newSchemaName, onServer } from "./server.ts";
import { StressClient } from "./stress.ts";
import { Chance } from "./stress-jobs.ts";
import { StressLedger } from "./stress-ledger.ts";

/** By hand: `STRESS_MS=600000 STRESS_CLIENTS=12 STRESS_SEED=7 npx vitest run test/stores/postgres/postgres-stress.test.ts`. */
const runMs = Number(process.env["STRESS_MS"] ?? 6_000);
const clientCount = Number(process.env["STRESS_CLIENTS"] ?? 6);
const seed = Number(process.env["STRESS_SEED"] ?? Date.now() % 1_000_000);
const atOnce = 3;
const drainMs = 10_000;

describeWith(database, `many clients of PostgreSQL at once, seed ${seed}`, () => {
  const schema = newSchemaName();
  afterAll(() => dropSchema(schema));

  test(
    "they lose nothing, hold nothing twice and never block each other for good",
    { timeout: runMs + 30_000 },
    async () => {
      const ledger = new StressLedger();
      const clients = Array.from(
        { length: clientCount },
        (_, index) => new StressClient(schema, new Chance(seed + index), ledger),
      );
      for (const client of clients) await client.open();
      const until = performance.now() + runMs;
      const broken: string[] = [];
      const checking = (async () => {
        while (performance.now() < until && broken.length === 0) {
          await wait(300);
          broken.push(...(await brokenInvariants(schema)));
        }
      })();
      await Promise.all(clients.flatMap((client) => Array.from({ length: atOnce }, () => client.run(until))));
      await checking;
      expect(broken).toEqual([]);
      await Promise.all(clients.map((client) => client.drain(performance.now() + drainMs)));
      for (const client of clients) await client.close();
      if (process.env["STRESS_MS"] !== undefined) console.log(ledger.counts, ledger.longest);
      expect([...new Set(ledger.wrongs.map((wrong) => wrong.slice(0, 700)))].slice(0, 6)).toEqual([]);
      expect(await brokenInvariants(schema)).toEqual([]);
      expect(
        await onServer(`select id from "${schema}".job where id not in (select id from "${schema}".outcome) limit 5`),
      ).toEqual([]);
    },
  );
});
