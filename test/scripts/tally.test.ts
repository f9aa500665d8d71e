import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/tally.ts", import.meta.url));
const FAILED = 3;

interface Outcome {
  readonly code: number | null;
  readonly closing: string | undefined;
}

async function tally(steps: Readonly<Record<string, number>>, report?: object): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "tally-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lines = Object.entries(steps).map(([name, code]) => `${name}\t${code}\n`);
  await writeFile(join(folder, "steps"), lines.join(""));
  if (report !== undefined) await writeFile(join(folder, "tests.json"), JSON.stringify(report));
  const run = spawnSync(process.execPath, [script, join(folder, "steps"), join(folder, "tests.json")], {
    encoding: "utf8",
  });
  return { code: run.status, closing: run.stdout.trimEnd().split("\n").at(-1) };
}

const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [] };

test("tests and steps are added up", async () => {
  const outcome = await tally({ check: 0, test: 0, demo: 0 }, report);

  expect(outcome).toEqual({ code: 0, closing: "7 passed, 0 failed, 3 skipped" });
});

test("a failed step and a failed test each count", async () => {
  const outcome = await tally({ check: 2, test: 1 }, { ...report, numFailedTests: 1 });

  expect(outcome).toEqual({ code: FAILED, closing: "5 passed, 2 failed, 3 skipped" });
});

test("a test file that can't be loaded counts as a failure", async () => {
  const outcome = await tally({ test: 1 }, { ...report, testResults: [{ status: "failed", assertionResults: [] }] });

  expect(outcome).toEqual({ code: FAILED, closing: "5 passed, 1 failed, 3 skipped" });
});

test("a run that failed beside its tests counts as a failure", async () => {
  expect(await tally({ test: 1 }, report)).toEqual({ code: FAILED, closing: "5 passed, 1 failed, 3 skipped" });
});

test("a run without any test counts as a failure", async () => {
  const outcome = await tally({ test: 0 }, { ...report, numPassedTests: 0 });

  expect(outcome).toEqual({ code: FAILED, closing: "0 passed, 1 failed, 3 skipped" });
});

test("a run that left no report counts as a failure", async () => {
  expect(await tally({ test: 0 })).toEqual({ code: FAILED, closing: "0 passed, 1 failed, 0 skipped" });
});
