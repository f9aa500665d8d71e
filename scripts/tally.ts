// Prints what .ci/run counted: `node scripts/tally.ts STEPS TESTS`. STEPS has one line "name<tab>exit code" per step,
// TESTS is the JSON report of Vitest. Exits with 3 if anything failed, with another code if it could not count.
import { existsSync, readFileSync } from "node:fs";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

// Node itself ends with 1 when a script can't even start, so "counted, and something failed" needs a code of its own.
const FAILED = 3;

const [stepsFile = "", testsFile = ""] = process.argv.slice(2);
process.exitCode = tally(stepsFile, testsFile).failed > 0 ? FAILED : 0;

function tally(steps: string, tests: string): Count {
  const counts = readFileSync(steps, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"))
    .map(([name = "", code]) => countStep(name, code === "0", tests));
  const total = sum(counts);
  console.log("Each test counts as one, and so does each of the other steps.");
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total;
}

function countStep(name: string, succeeded: boolean, tests: string): Count {
  const count = name === "test" ? countTests(tests, succeeded) : oneStep(succeeded);
  console.log(
    `${name}: ${succeeded ? "ok" : "FAILED"} (${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped)`,
  );
  return count;
}

function countTests(file: string, succeeded: boolean): Count {
  if (!existsSync(file)) return oneStep(false);
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  // A file that can't even be loaded has failed without having a test.
  const broken = report.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  // The run can fail beside its tests: an unhandled rejection, no test at all.
  const beside = failed === 0 && (!succeeded || report.numPassedTests === 0) ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: failed + beside,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function oneStep(succeeded: boolean): Count {
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 };
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (total, count) => ({
      passed: total.passed + count.passed,
      failed: total.failed + count.failed,
      skipped: total.skipped + count.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
