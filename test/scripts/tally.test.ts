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
  readonly before: string;
}

async function tally(steps: Readonly<Record<string, number>>, report?: object): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "tally-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const noted = Object.entries(steps).map(([name, code]) => `${name}\t${code}\n`);
  await writeFile(join(folder, "steps"), noted.join(""));
  if (report !== undefined) await writeFile(join(folder, "tests.json"), JSON.stringify(report));
  const run = spawnSync(process.execPath, [script, join(folder, "steps"), join(folder, "tests.json")], {
    encoding: "utf8",
  });
  const lines = run.stdout.trimEnd().split("\n");
  return { code: run.status, closing: lines.at(-1), before: lines.slice(0, -1).join("\n") };
}

const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [] };
const brokenFile = {
  name: join(process.cwd(), "test/broken.test.ts"),
  status: "failed",
  message: "SyntaxError: Unexpected token",
  assertionResults: [],
};

test("tests and steps are added up", async () => {
  const outcome = await tally({ check: 0, test: 0, demo: 0 }, report);

  expect(outcome).toMatchObject({ code: 0, closing: "7 passed, 0 failed, 3 skipped" });
});

test("a failed step and a failed test each count", async () => {
  const outcome = await tally({ check: 2, test: 1 }, { ...report, numFailedTests: 1 });

  expect(outcome).toMatchObject({ code: FAILED, closing: "5 passed, 2 failed, 3 skipped" });
});

test("a test file that can't be loaded counts as a failure", async () => {
  const outcome = await tally({ test: 1 }, { ...report, testResults: [brokenFile] });

  expect(outcome).toMatchObject({ code: FAILED, closing: "5 passed, 1 failed, 3 skipped" });
});

test("a run that failed beside its tests counts as a failure", async () => {
  expect(await tally({ test: 1 }, report)).toMatchObject({ code: FAILED, closing: "5 passed, 1 failed, 3 skipped" });
});

test("a run without any test counts as a failure", async () => {
  const outcome = await tally({ test: 0 }, { ...report, numPassedTests: 0 });

  expect(outcome).toMatchObject({ code: FAILED, closing: "0 passed, 1 failed, 3 skipped" });
});

test("a run that left no report counts as a failure", async () => {
  expect(await tally({ test: 0 })).toMatchObject({ code: FAILED, closing: "0 passed, 1 failed, 0 skipped" });
});

test("what failed is told with its file, its name and its reason, before the counts", async () => {
  const failing = {
    name: join(process.cwd(), "test/one.test.ts"),
    status: "failed",
    message: "",
    assertionResults: [
      { fullName: "it holds", status: "passed", failureMessages: [] },
      { fullName: "it adds up", status: "failed", failureMessages: ["AssertionError: expected 2 to be 3"] },
    ],
  };
  const outcome = await tally({ test: 1 }, { ...report, numFailedTests: 1, testResults: [failing, brokenFile] });

  expect(outcome.closing).toBe("5 passed, 2 failed, 3 skipped");
  expect(outcome.before).toContain("test/one.test.ts > it adds up\n  AssertionError: expected 2 to be 3\n");
  expect(outcome.before).toContain("test/broken.test.ts\n  SyntaxError: Unexpected token\n");
  expect(outcome.before).not.toContain("it holds");
  expect(outcome.before.indexOf("it adds up")).toBeLessThan(outcome.before.indexOf("test: FAILED"));
});

test("of very long and very many failures the beginning is told", async () => {
  const long = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
  const assertionResults = Array.from({ length: 25 }, (_, index) => ({
    fullName: `failure ${index}`,
    status: "failed",
    failureMessages: [long],
  }));
  const failing = { name: "one.test.ts", status: "failed", message: "", assertionResults };
  const outcome = await tally({ test: 1 }, { ...report, numFailedTests: 25, testResults: [failing] });

  expect(outcome.before).toContain("line 29\n  … and 70 lines more");
  expect(outcome.before).not.toContain("line 30");
  expect(outcome.before).toContain("failure 19\n");
  expect(outcome.before).toContain("and 5 more failures");
  expect(outcome.before).not.toContain("failure 20\n");
});
