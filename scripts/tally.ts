// Prints what .ci/run counted: `node scripts/tally.ts STEPS TESTS`. STEPS has one line "name<tab>exit code" per step,
// TESTS is the JSON report of Vitest. What failed in it is told first: the output of the run itself is long, and a log
// that is cut keeps its end. Exits with 3 if anything failed, with another code if it could not count.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

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
  readonly testResults: readonly SuiteReport[];
}

interface SuiteReport {
  /** The file's path. */
  readonly name: string;
  readonly status: string;
  /** Why the file could not be loaded; "" if it could. */
  readonly message: string;
  readonly assertionResults: readonly TestReport[];
}

interface TestReport {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

// Node itself ends with 1 when a script can't even start, so "counted, and something failed" needs a code of its own.
const FAILED = 3;

const MOST_FAILURES = 20;
const MOST_LINES = 30;
const LONGEST_LINE = 400;

const [stepsFile = "", testsFile = ""] = process.argv.slice(2);
process.exitCode = tally(stepsFile, testsFile).failed > 0 ? FAILED : 0;

function tally(steps: string, tests: string): Count {
  if (existsSync(tests)) tellFailures(JSON.parse(readFileSync(tests, "utf8")));
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

function tellFailures(report: Report): void {
  const failures = report.testResults.flatMap((suite) => failuresOf(suite));
  for (const failure of failures.slice(0, MOST_FAILURES)) console.log(failure);
  if (failures.length > MOST_FAILURES) console.log(`and ${failures.length - MOST_FAILURES} more failures\n`);
}

function failuresOf(suite: SuiteReport): string[] {
  const file = relative(process.cwd(), suite.name);
  if (suite.status === "failed" && suite.assertionResults.length === 0) return [failure(file, suite.message)];
  return suite.assertionResults
    .filter((test) => test.status === "failed")
    .map((test) => failure(`${file} > ${test.fullName}`, (test.failureMessages ?? []).join("\n")));
}

function failure(title: string, message: string): string {
  const lines = stripVTControlCharacters(message).split("\n");
  const told = lines.slice(0, MOST_LINES).map((line) => `  ${line.slice(0, LONGEST_LINE)}`);
  if (lines.length > MOST_LINES) told.push(`  … and ${lines.length - MOST_LINES} lines more`);
  return [`FAILED: ${title}`, ...told, ""].join("\n");
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
