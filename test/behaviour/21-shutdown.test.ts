import { App, depends, serve } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen, recordLog } from "./support/listen.ts";
import { startShutdownServer } from "./support/shutdown-server.ts";

const ready = async (url: string): Promise<unknown> => (await fetch(`${url}/ready`)).json();

describe("21: SIGTERM while a task runs", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s → it finishes, then the app scope closes, exit 0", async (signal) => {
    const server = await startShutdownServer();
    expect(await ready(server.url)).toBe(true);
    await fetch(`${server.url}/stubborn`);
    await server.line(/stubborn started/);
    const stopped = server.stop(signal);
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.release();
    expect((await stopped).code).toBe(0);
    expect(server.lines.slice(1)).toEqual(["stubborn started", "stubborn finished", "app scope closed"]);
    expect(server.errors()).toBe("");
  });

  test("tasks that wait behind it, and those added meanwhile, run too", async () => {
    const server = await startShutdownServer();
    await ready(server.url);
    await fetch(`${server.url}/chain`);
    await server.line(/stubborn started/);
    const stopped = server.stop();
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.release();
    expect((await stopped).code).toBe(0);
    expect(server.lines.slice(2)).toEqual(["stubborn finished", "added meanwhile ran", "app scope closed"]);
  });

  test("with nothing to do it ends at once", async () => {
    const server = await startShutdownServer();
    await ready(server.url);
    const { code, ms } = await server.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(2_000);
    expect(server.lines.at(-1)).toBe("app scope closed");
  });
});

describe("21: past the deadline → abort, grace, named in the log, exit 1, app scope closed all the same", () => {
  test("a task that ignores its signal", async () => {
    const server = await startShutdownServer({ DRAIN: "200ms", GRACE: "200ms" });
    await ready(server.url);
    await fetch(`${server.url}/stubborn`);
    await server.line(/stubborn started/);
    const { code, ms } = await server.stop();
    expect(code).toBe(1);
    expect(ms).toBeGreaterThanOrEqual(390);
    expect(ms).toBeLessThan(3_000);
    expect(server.lines.slice(1)).toEqual(["stubborn started", "stubborn aborted", "app scope closed"]);
    expect(server.errors()).toMatch(/abandoned.*stubborn/s);
  });

  test("a task that stops when told to: within the grace, and named as well", async () => {
    const server = await startShutdownServer({ DRAIN: "200ms", GRACE: "20s" });
    await ready(server.url);
    await fetch(`${server.url}/polite`);
    await server.line(/polite started/);
    const { code, ms } = await server.stop();
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5_000);
    expect(server.lines.slice(1)).toEqual(["polite started", "polite aborted", "app scope closed"]);
    expect(server.errors()).toMatch(/abandoned.*polite/s);
  });

  test("a second signal shortens every wait; the app scope closes all the same", async () => {
    const server = await startShutdownServer({ DRAIN: "1m", GRACE: "1m" });
    await ready(server.url);
    await fetch(`${server.url}/stubborn`);
    await server.line(/stubborn started/);
    const stopped = server.stop();
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.process.kill("SIGTERM");
    const { code, ms } = await stopped;
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5_000);
    expect(server.lines.slice(1)).toEqual(["stubborn started", "stubborn aborted", "app scope closed"]);
    expect(server.errors()).toMatch(/abandoned.*stubborn/s);
  });
});

describe("21: close() in the same process waits for the drain", () => {
  test("and readiness is false from its call on", async () => {
    const mayEnd = makeGate();
    const steps: string[] = [];
    const database = depends.app(function* () {
      yield "database";
      steps.push("app scope closed");
    });
    const app = new App().get("/", { database }, ({ background }) => {
      background.addTask(async function work() {
        await mayEnd.passed;
        steps.push("task finished");
      });
    });
    expect(app.ready).toBe(false);
    const server = await listen(app);
    expect(app.ready).toBe(true);
    await fetch(server.url);
    const closing = server.close().then((abandoned) => steps.push(`closed, abandoned ${abandoned.length}`));
    expect(app.ready).toBe(false);
    expect(server.close()).toBe(server.close());
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    expect(steps).toEqual([]);
    mayEnd.open();
    await closing;
    expect(steps).toEqual(["task finished", "app scope closed", "closed, abandoned 0"]);
  });

  test("it returns and logs the names of what it abandoned", async () => {
    const { log, lines } = recordLog();
    const app = new App({ log, shutdown: { drain: 20, grace: 20 } }).get("/", ({ background }) => {
      background.addTask(function endless() {
        return new Promise(() => {});
      });
      background.addTask(function behind() {});
    });
    const server = await listen(app);
    await fetch(server.url);
    expect(await server.close()).toEqual(["endless", "behind"]);
    expect(lines.filter(({ level }) => level === "error").at(-1)?.fields).toEqual({ tasks: ["endless", "behind"] });
  });

  test("await using closes it", async () => {
    const steps: string[] = [];
    const app = new App().get("/", ({ background }) => {
      background.addTask(async () => new Promise(setImmediate).then(() => steps.push("task finished")));
    });
    {
      await using server = await serve(app, { port: 0, signals: false });
      await fetch(server.url);
    }
    expect(steps).toEqual(["task finished"]);
  });

  test("a dependency of app scope that can't be made fails the start; one that can't be closed is logged", async () => {
    const broken = depends.app(() => {
      throw new Error("bad settings");
    });
    await expect(
      serve(
        new App().get("/", { broken }, () => ""),
        { port: 0, signals: false },
      ),
    ).rejects.toThrow("bad settings");
    const { log, lines } = recordLog();
    const stuck = depends.app(function* () {
      yield "pool";
      throw new Error("still in use");
    });
    const server = await serve(
      new App({ log }).get("/", { stuck }, () => ""),
      { port: 0, signals: false },
    );
    expect(await server.close()).toEqual([]);
    expect(lines.map(({ fields }) => (fields["error"] as Error).message)).toEqual(["still in use"]);
  });
});
