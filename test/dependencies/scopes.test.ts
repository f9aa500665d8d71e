import { App, DependencyScopeError, depends, query, task } from "afterwork";
import { describe, expect, test } from "vitest";
import { livesAtLeastAsLong, type ScopeName } from "../../src/dependencies/scope-name.ts";
import { ask } from "./ask.ts";

type AnyDefine = (inputs: object, provide: () => unknown) => never;
const define = { function: depends, request: depends.request, app: depends.app } as unknown as Record<
  ScopeName,
  AnyDefine
>;
const scopes: ScopeName[] = ["function", "request", "app"];
const pairs = scopes.flatMap((dependant) => scopes.map((dependency) => [dependant, dependency] as const));

describe("a dependency", () => {
  test.each(pairs)("of %s scope that depends on one of %s scope", (dependant, dependency) => {
    const inner = define[dependency]({}, () => 1);
    const attempt = (): unknown => define[dependant]({ inner }, function outer() {});
    if (livesAtLeastAsLong(dependency, dependant)) expect(attempt()).toBeDefined();
    else expect(attempt).toThrow(DependencyScopeError);
  });

  test("that would outlive what it needs is refused with the path and the way out", () => {
    const session = depends(() => 1);
    expect(() => define.request({ session }, function repository() {})).toThrow(
      new DependencyScopeError(
        "repository → session: repository lives as long as the request and can't depend on session, " +
          "which lives as long as the function only; make session longer-lived, or repository shorter-lived",
      ),
    );
  });

  test("of app scope can't read the request, by itself or further down", () => {
    expect(() => define.app({ tenant: query() }, function pool() {})).toThrow(
      /^pool → tenant: pool lives as long as the app and can't depend on tenant, which lives as long as the request only/,
    );
    const tenant = depends.request({ name: query() }, ({ name }) => name);
    expect(() => define.app({ tenant }, function pool() {})).toThrow(DependencyScopeError);
  });

  test("of request scope may read parameters", async () => {
    const app = new App();
    app.get("/", { page: depends.request({ page: query() }, ({ page }) => page) }, ({ page }) => page);
    expect(await ask(app, "/?page=3")).toMatchObject({ body: "3" });
  });

  test("that an override makes outlive what it needs is refused with the whole path", async () => {
    const settings = depends.app(() => ({}));
    const pool = depends.app({ settings }, () => ({}));
    const app = new App();
    app.get("/", { pool }, () => "ok");
    const failures: { error: unknown }[] = [];
    app.on("requestFailed", (failed) => failures.push(failed));
    app.override(
      settings,
      depends(() => ({})),
    );
    expect((await ask(app)).status).toBe(500);
    expect(failures).toMatchObject([{ error: { code: "DEPENDENCY_SCOPE" } }]);
    expect(String(failures[0]?.error)).toContain("GET / → pool → settings");
  });
});

describe("clean-up", () => {
  function openScopes(events: string[]) {
    const generator = (name: string) =>
      async function* () {
        events.push(`open ${name}`);
        yield name;
        events.push(`close ${name}`);
      };
    return {
      inApp: depends.app(generator("app")),
      inRequest: depends.request(generator("request")),
      inFunction: depends(generator("function")),
    };
  }

  test("of function scope comes before the response, of request scope after the tasks, of app scope at the end", async () => {
    const events: string[] = [];
    const app = new App();
    app.get("/", openScopes(events), ({ background }) => {
      background.addTask(() => void events.push("task"));
      events.push("handler");
    });
    const response = await app.fetch(new Request("http://test.local/"));
    events.push("response");
    await response.text();
    await app.close();
    expect(events.slice(3)).toEqual(["handler", "close function", "response", "task", "close request", "close app"]);
  });

  test("in a task's run, function scope closes first, then request scope; app scope stays", async () => {
    const events: string[] = [];
    const app = new App();
    const work = task("work", { deps: openScopes(events) }, () => void events.push("run"));
    app.get("/", ({ background }) => {
      const first = background.addTask(work);
      background.addTask(() => void events.push(first.status()));
    });
    await ask(app);
    await app.close();
    expect(events).toEqual([
      "open app",
      "open request",
      "open function",
      "run",
      "close function",
      "close request",
      "succeeded",
      "close app",
    ]);
  });

  test("of request scope waits for a streamed body, which may use it", async () => {
    const events: string[] = [];
    const app = new App();
    const { inRequest, inFunction } = openScopes(events);
    app.get("/", { inRequest, inFunction }, ({ inRequest }) =>
      (async function* () {
        events.push(`stream with ${inRequest}`);
        yield "chunk";
        events.push("last chunk");
      })(),
    );
    expect((await ask(app)).body).toBe("chunk");
    await expect.poll(() => events.at(-1)).toBe("close request");
    expect(events.slice(2)).toEqual(["close function", "stream with request", "last chunk", "close request"]);
  });
});
