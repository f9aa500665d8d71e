import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test, vi } from "vitest";

import { scenarios } from "../../examples/demo/scenarios/index.ts";
import { NotVerified, type Tour } from "../../examples/demo/tour.ts";
import { walkThrough } from "../../examples/demo/walk-through.ts";
import { database, databaseUrl, onDatabase } from "../support/database.ts";
import { describeWith } from "../support/service.ts";
import { startChild, type Child } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

const program = "demo/main.ts";

interface Demo {
  readonly child: Child;
  readonly temporary: string;
}

function startDemo(...args: string[]): Promise<Demo> {
  return startDemoOn("", ...args);
}

async function startDemoOn(url: string, ...args: string[]): Promise<Demo> {
  const temporary = await makeFolder();
  return { child: startChild(program, args, { TMPDIR: temporary, TEMP: temporary, DATABASE_URL: url }), temporary };
}

/** Of all the schemas that the demo has named, those that are still there. */
function schemasOf(stdout: string): Promise<readonly unknown[]> {
  const [name] = /afterwork_demo_\w+/.exec(stdout) ?? [];
  expect(name).toBeDefined();
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query("select nspname from pg_namespace where starts_with(nspname, $1)", [name]);
    return rows;
  });
}

/** That of the tests, with other parts. */
function otherUrl(parts: Partial<URL>): string {
  return Object.assign(new URL(databaseUrl), parts).href;
}

test("--once walks through every scenario, verifies them all and leaves nothing behind", async () => {
  const { child, temporary } = await startDemo("--once");
  const { code, stdout, stderr } = await child.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`${scenarios.length} of ${scenarios.length} scenarios verified`);
  expect(stdout).toMatch(/jobs are kept in a file of SQLite[^]*with its jobs in a file of SQLite/);
  expect(stdout).toMatch(/└ writeLog +ok +\+\d+\.\d ms/);
  expect(stdout).toMatch(/└ tellPartner +failed +\+\d+\.\d ms/);
  expect(stdout).toMatch(/└ deliver-event +ok +\+\d+\.\d ms +\(attempt 2\)/);
  expect(stdout).toMatch(/✓ after \d+\.\d s the jobs of all 80 requests have succeeded/);
  expect(stdout).not.toContain("✗");
  expect(await readdir(temporary)).toEqual([]);
}, 40_000);

test("without --once it goes on serving, shows what it is sent, and stops at Ctrl-C", async () => {
  const { child, temporary } = await startDemo("--port", "0");
  await child.output(/Still serving/);
  const url = await child.output(/http:\/\/localhost:\d+/);
  await fetch(`${url}/notifications/bob@example.com`, { method: "POST" });
  await child.output(/Still serving[^]*POST \/notifications\/bob@example\.com +202[^]*└ writeLog +ok/);
  child.kill("SIGINT");
  expect((await child.ended).code).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
}, 40_000);

test("stopped in the middle of the tour it leaves no server and no folder behind", async () => {
  const { child, temporary } = await startDemo("--once");
  const started = await child.output(/A server in process \d+/);
  child.kill("SIGTERM");
  await child.ended;
  const pid = Number(started.split(" ").at(-1));
  // A process that has ended and was left alone is there until init looks for it.
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 20_000);
  expect(await readdir(temporary)).toEqual([]);
}, 40_000);

describeWith(database, "with the DATABASE_URL of a server", () => {
  test("--once does the same in schemas of its own, and leaves none of them behind", async () => {
    const { child, temporary } = await startDemoOn(databaseUrl, "--once");
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`${scenarios.length} of ${scenarios.length} scenarios verified`);
    expect(stdout).toMatch(
      /jobs are kept in PostgreSQL, in the schema (\w+), [^]*with its jobs in PostgreSQL, .* \1_crash\n/,
    );
    expect(await schemasOf(stdout)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  }, 60_000);

  test.each(["--once", "--port=0"])(
    "%s: stopped in the middle of the tour it leaves none behind either",
    async (option) => {
      const { child, temporary } = await startDemoOn(databaseUrl, option);
      await child.output(/A server in process \d+/);
      child.kill("SIGTERM");
      const { stdout } = await child.ended;
      expect(await schemasOf(stdout)).toEqual([]);
      expect(await readdir(temporary)).toEqual([]);
    },
    60_000,
  );

  test("a database that the server doesn't have is one line", async () => {
    const { child } = await startDemoOn(otherUrl({ pathname: "/not_there" }), "--once");
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^DATABASE_URL: PostgreSQL at .*not_there: there is no such database.*\n$/);
  }, 20_000);
});

test.each([
  [
    "postgres://user:secret@127.0.0.1:1/test",
    /^DATABASE_URL: PostgreSQL at 127\.0\.0\.1:1\/test: .* \(ECONNREFUSED\)\n$/,
  ],
  ["a database", /^DATABASE_URL: .*expected a URL such as .*\n$/],
])(
  "the DATABASE_URL %j is one line as well, and nothing is left behind",
  async (url, line) => {
    const { child, temporary } = await startDemoOn(url, "--once");
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(line);
    expect(stderr).not.toContain("secret");
    expect(await readdir(temporary)).toEqual([]);
  },
  20_000,
);

test.each([
  [["--onec"], "Unknown option '--onec'"],
  [["once"], "Unexpected argument 'once'"],
  [["--port", "http"], 'expected a whole number from 0 to 65535, got "http"'],
  [["--port", "70000"], 'expected a whole number from 0 to 65535, got "70000"'],
  [["--port"], "'--port <value>' argument missing"],
])("%j is refused with what would be right", async (args, message) => {
  const { code, stdout, stderr } = await startChild(program, args).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).toContain("npm run demo -- --once");
  expect(stderr).not.toContain("    at ");
});

test("a port that is taken is named, with a way out", async () => {
  const other = createServer().listen(0);
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { child, temporary } = await startDemo("--port", String(port));
  const { code, stderr } = await child.ended;
  expect(code).toBe(1);
  expect(stderr).toBe(`Port ${port} is taken. Choose another: npm run demo -- --port 8001\n`);
  expect(await readdir(temporary)).toEqual([]);
});

test("a scenario whose effect is missing is named, and the others go on", async () => {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => log.mockRestore());
  const run: string[] = [];
  const failed = await walkThrough({} as Tour, [
    { title: "broken", run: () => Promise.reject(new NotVerified("the file is there: not so")) },
    { title: "whole", run: async () => void run.push("whole") },
  ]);
  expect(failed).toEqual(["1 broken"]);
  expect(run).toEqual(["whole"]);
  expect(lines.join("\n")).toMatch(
    /✗ the file is there: not so[^]*1 of 2 scenarios verified[^]*not verified: 1 broken/,
  );
});
