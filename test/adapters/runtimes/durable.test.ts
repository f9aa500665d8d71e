import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { database, dropSchema, newSchemaName } from "../../support/database.ts";
import { describeWith } from "../../support/service.ts";
import { bun, deno, type Program } from "./programs.ts";
import { serveFixture, serviceOf } from "./run-fixture.ts";

/** Adds a durable task in a process that is killed once it has answered, and runs it in another. */
async function expectSurvival(program: Program, store: string, place: string): Promise<void> {
  const first = await serveFixture(program, "durable", store, place, "no-work");
  expect((await first.client.send("/add?run=kept")).status).toBe(200);
  first.child.process.kill("SIGKILL");
  await first.child.exit;
  expect(first.child.lines).not.toContain("ran kept");
  const second = await serveFixture(program, "durable", store, place, "work");
  expect(await second.child.line(/^ran/)).toBe("ran kept");
}

for (const program of [bun, deno]) {
  describeWith(serviceOf(program), `durable tasks on ${program.name}`, () => {
    test("one survives its process in a file of SQLite", async () => {
      const folder = await mkdtemp(join(tmpdir(), "afterwork-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      await expectSurvival(program, "sqlite", join(folder, "jobs.db"));
    });

    describeWith(database, "on PostgreSQL", () => {
      test("one survives its process", async () => {
        const schema = newSchemaName();
        onTestFinished(() => dropSchema(schema));
        await expectSurvival(program, "postgres", schema);
      });
    });
  });
}
