import { App, depends, fresh, Router, task } from "afterwork";
import { describe, expect, test } from "vitest";

import { listen } from "./support/listen.ts";

const perCall = depends(() => ({ scope: "function" }));
const perRequest = depends.request(() => ({ scope: "request" }));
const perApp = depends.app(() => ({ scope: "app" }));

describe("17: a dependency that lives shorter than its dependant → error when defined", () => {
  test.each<[string, () => unknown]>([
    ["request on function", () => depends.request({ perCall } as never, () => {})],
    ["app on function", () => depends.app({ perCall } as never, () => {})],
    ["app on request", () => depends.app({ perRequest } as never, () => {})],
    [
      "request on function, two levels down",
      () => depends.request({ inner: depends({ perCall }, () => {}) } as never, () => {}),
    ],
  ])("%s", (_name, define) => {
    expect(define).toThrow(expect.objectContaining({ code: "DEPENDENCY_SCOPE" }));
    expect(define).toThrow(/can't depend on .*; make .* longer-lived, or .* shorter-lived/);
  });

  test("the other way round is fine", () => {
    expect(() => depends({ perCall, perRequest, perApp }, () => {})).not.toThrow();
    expect(() => depends.request({ perRequest, perApp }, () => {})).not.toThrow();
    expect(() => depends.app({ perApp }, () => {})).not.toThrow();
  });
});

describe("17: the same dependency three times, one fresh → two calls", () => {
  function counted() {
    const calls: number[] = [];
    const dependency = depends(() => calls.push(calls.length + 1));
    return { calls, dependency };
  }

  test("in a handler, directly and by other dependencies", async () => {
    const { calls, dependency } = counted();
    const left = depends({ dependency }, ({ dependency }) => dependency);
    const right = depends({ own: fresh(dependency) }, ({ own }) => own);
    const app = new App().get("/", { dependency, left, right }, ({ dependency, left, right }) => [
      dependency,
      left,
      right,
    ]);
    const { url } = await listen(app);
    expect(await (await fetch(url)).json()).toEqual([1, 1, 2]);
    expect(calls).toHaveLength(2);
    expect(await (await fetch(url)).json()).toEqual([3, 3, 4]);
  });

  test("without fresh: one call, however deep and wherever it stands", async () => {
    const { calls, dependency } = counted();
    const left = depends({ dependency }, ({ dependency }) => dependency);
    const router = new Router({ inputs: { dependency } });
    router.get("/", { left, again: dependency }, ({ dependency, left, again }) => [dependency, left, again]);
    const app = new App({ inputs: { shared: dependency } }).include(router);
    const { url } = await listen(app);
    expect(await (await fetch(url)).json()).toEqual([1, 1, 1]);
    expect(calls).toHaveLength(1);
  });

  test("in a task alike", async () => {
    const { calls, dependency } = counted();
    const seen: unknown[] = [];
    const deps = { first: dependency, second: dependency, third: fresh(dependency) };
    const work = task("work", { deps }, ({ first, second, third }) => void seen.push(first, second, third));
    const app = new App().get("/", ({ background }) => void background.addTask(work));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect([seen, calls.length]).toEqual([[1, 1, 2], 2]);
  });
});

describe("17: overrides reach handlers and tasks, and are undone", () => {
  const real = depends(() => "real");
  const user = depends({ real }, ({ real }) => `user of ${real}`);
  const config = depends.app(() => "real config");
  const guard = depends.guard(() => "real guard");

  function overridable() {
    const seen: string[] = [];
    const work = task("work", { deps: { user, config } }, ({ user, config }) => void seen.push(`${user}, ${config}`));
    const app = new App().get("/", { user, config, guard }, ({ user, config, guard, background }) => {
      background.addTask(work);
      return `${user}, ${config}, ${guard}`;
    });
    return { app, seen };
  }

  test("by functions and by other dependencies, nested ones too", async () => {
    const { app, seen } = overridable();
    const { url } = await listen(app);
    const ask = async (): Promise<unknown> => (await fetch(url)).json();
    expect(await ask()).toBe("user of real, real config, real guard");
    const undo = [
      app.override(real, () => "fake"),
      app.override(config, () => "fake config"),
      app.override(
        guard,
        depends.guard(() => "fake guard"),
      ),
    ];
    expect(await ask()).toBe("user of fake, fake config, fake guard");
    for (const each of undo) each();
    expect(await ask()).toBe("user of real, real config, real guard");
    await expect
      .poll(() => seen)
      .toEqual(["user of real, real config", "user of fake, fake config", "user of real, real config"]);
  });

  test("the latest counts, and undoing one brings back the one before", async () => {
    const { app } = overridable();
    const { url } = await listen(app);
    const ask = async (): Promise<unknown> => (await fetch(url)).json();
    const undoFirst = app.override(real, () => "first");
    const undoSecond = app.override(real, async () => "second");
    expect(await ask()).toBe("user of second, real config, real guard");
    undoSecond();
    undoSecond();
    expect(await ask()).toBe("user of first, real config, real guard");
    undoFirst();
    expect(await ask()).toBe("user of real, real config, real guard");
  });

  test("one with a clean-up is closed like the real one", async () => {
    const { app } = overridable();
    const steps: string[] = [];
    app.override(real, function* () {
      steps.push("open");
      yield "fake";
      steps.push("close");
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(steps).toEqual(["open", "close", "open", "close"]);
  });
});
