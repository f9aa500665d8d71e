import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test, vi } from "vitest";

import { scenarios } from "../../examples/demo/scenarios/index.ts";
import { NotVerified, type Tour } from "../../examples/demo/tour.ts";
import { walkThrough } from "../../examples/demo/walk-through.ts";
import { startChild, type Child } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

const program = "demo/main.ts";

async function startDemo(...args: string[]): Promise<{ child: Child; temporary: string }> {
  const temporary = await makeFolder();
  return { child: startChild(program, args, { TMPDIR: temporary, TEMP: temporary }), temporary };
}

test("--once walks through every scenario, verifies them all and leaves nothing behind", async () => {
  const { child, temporary } = await startDemo("--once");
  const { code, stdout, stderr } = await child.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`${scenarios.length} of ${scenarios.length} scenarios verified`);
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
