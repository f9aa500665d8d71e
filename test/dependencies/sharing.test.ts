import { App, depends, fresh, header, query, task } from "afterwork";
import { expect, test } from "vitest";
import { ask } from "./ask.ts";

/** A dependency that counts how often it is made. */
function counted(): { dependency: ReturnType<typeof makeCounted>; calls: () => number } {
  let calls = 0;
  return { dependency: makeCounted(() => ++calls), calls: () => calls };
}

function makeCounted(next: () => number) {
  return depends(() => ({ number: next() }));
}

test("nested dependencies are made once per request, however many ask", async () => {
  const { dependency: session, calls } = counted();
  const users = depends({ session }, async ({ session }) => Promise.resolve(session));
  const items = depends({ session, users }, ({ session, users }) => session === users);
  const app = new App();
  app.get("/", { items, session, users }, ({ items, session, users }) => [items, session === users, session.number]);
  expect(await ask(app)).toMatchObject({ body: [true, true, 1] });
  expect(await ask(app)).toMatchObject({ body: [true, true, 2] });
  expect(calls()).toBe(2);
});

test("a diamond is made from the bottom up, each part once", async () => {
  const order: string[] = [];
  const make = (name: string) => () => void order.push(name);
  const base = depends(make("base"));
  const left = depends({ base }, make("left"));
  const right = depends({ base }, make("right"));
  const top = depends({ left, right }, make("top"));
  const app = new App();
  app.get("/", { top }, () => "ok");
  await ask(app);
  expect(order).toEqual(["base", "left", "right", "top"]);
});

test("three uses, one of them fresh, are two calls", async () => {
  const { dependency: session, calls } = counted();
  const users = depends({ session }, ({ session }) => session.number);
  const app = new App();
  app.get("/", { session, users, own: fresh(session) }, ({ session, users, own }) => [
    session.number,
    users,
    own.number,
  ]);
  expect(await ask(app)).toMatchObject({ body: [1, 1, 2] });
  expect(calls()).toBe(2);
});

test("a fresh one shares what it depends on itself", async () => {
  const { dependency: pool, calls } = counted();
  const session = depends({ pool }, ({ pool }) => ({ pool }));
  const app = new App();
  app.get("/", { session, own: fresh(session) }, ({ session, own }) => [session !== own, session.pool === own.pool]);
  expect(await ask(app)).toMatchObject({ body: [true, true] });
  expect(calls()).toBe(1);
});

test("every place that says fresh has one of its own", async () => {
  const { dependency: session, calls } = counted();
  const audit = depends({ session: fresh(session) }, ({ session }) => session.number);
  const once = fresh(session);
  const app = new App();
  app.get("/", { a: once, b: once, audit, again: audit }, ({ a, b, audit, again }) => [
    new Set([a.number, b.number, audit]).size,
    audit === again,
  ]);
  expect(await ask(app)).toMatchObject({ body: [3, true] });
  expect(calls()).toBe(3);
});

test("fresh of fresh is fresh", async () => {
  const { dependency: session } = counted();
  const app = new App();
  app.get("/", { session, own: fresh(fresh(session)) }, ({ session, own }) => [session.number, own.number]);
  expect(await ask(app)).toMatchObject({ body: [1, 2] });
});

test("a fresh generator is closed by itself", async () => {
  const closed: number[] = [];
  let made = 0;
  const session = depends(function* () {
    const number = ++made;
    yield number;
    closed.push(number);
  });
  const app = new App();
  app.get("/", { session, own: fresh(session) }, () => "ok");
  await ask(app);
  expect(closed).toEqual([2, 1]);
});

test("fresh of what there is only one of is refused", () => {
  const pool = depends.app(function connect() {
    return {};
  });
  expect(() => fresh(pool as never)).toThrow("fresh: connect has app scope: there is only one");
});

test("fresh holds in the run of a task as well", async () => {
  const { dependency: session } = counted();
  const seen: number[] = [];
  const audit = task("audit", { deps: { session, own: fresh(session) } }, ({ session, own }) => {
    seen.push(session.number, own.number);
  });
  const app = new App();
  app.get("/", ({ background }) => void background.addTask(audit));
  await ask(app);
  await app.close();
  expect(seen).toEqual([1, 2]);
});

test("one parameter used twice under one name is read once, under two names it is two", async () => {
  const token = query();
  const upper = depends({ token }, ({ token }) => token.toUpperCase());
  const app = new App();
  app.get("/", { token, other: token, upper }, ({ token, other, upper }) => [token, other, upper]);
  expect(await ask(app, "/?token=a&other=b")).toMatchObject({ body: ["a", "b", "A"] });
});

test("parameters may stand anywhere in the tree, and all faults are told at once", async () => {
  const inner = depends({ xToken: header() }, ({ xToken }) => xToken);
  const outer = depends({ inner, page: query() }, ({ inner, page }) => inner + page);
  const app = new App();
  app.get("/", { outer, size: query() }, ({ outer }) => outer);
  const { status, body } = await ask(app);
  const { detail } = body as { detail: { loc: string[] }[] };
  expect(status).toBe(422);
  expect(detail.map(({ loc }) => loc.join("."))).toEqual(["header.x-token", "query.page", "query.size"]);
});

test("no dependency runs when a parameter is at fault", async () => {
  const { dependency: session, calls } = counted();
  const app = new App();
  app.get("/", { session, page: query() }, () => "ok");
  expect((await ask(app)).status).toBe(422);
  expect(calls()).toBe(0);
});

test("the inputs of an app come before those of its routes, once", async () => {
  const { dependency: session } = counted();
  const order: string[] = [];
  const first = depends({ session }, () => order.push("app"));
  const second = depends({ session }, () => order.push("route"));
  const app = new App({ inputs: { first, session } });
  app.get("/", { second }, ({ session }) => session.number);
  expect(await ask(app)).toMatchObject({ body: 1 });
  expect(order).toEqual(["app", "route"]);
});

test("what an app-scope dependency needs can be asked for beside it, in any order", async () => {
  const settings = depends.app(() => "settings");
  const pool = depends.app({ settings }, ({ settings }) => `pool of ${settings}`);
  const cache = depends.app({ pool, settings }, ({ pool }) => `cache on ${pool}`);
  const app = new App();
  app.get("/down", { cache, pool, settings }, ({ cache, pool, settings }) => [cache, pool, settings]);
  app.get("/up", { settings, pool, cache }, ({ cache, pool, settings }) => [cache, pool, settings]);
  const all = ["cache on pool of settings", "pool of settings", "settings"];
  expect((await ask(app, "/down")).body).toEqual(all);
  expect((await ask(app, "/up")).body).toEqual(all);
});
