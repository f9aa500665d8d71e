import { App, depends, fresh, query, task } from "afterwork";
import { expect, test } from "vitest";
import { ask } from "./ask.ts";

const session = depends(() => "real");
const users = depends({ session }, ({ session }) => `users of ${session}`);

function openApp() {
  const app = new App();
  app.get("/", { session, users, own: fresh(session) }, ({ session, users, own }) => [session, users, own]);
  return app;
}

test("an override reaches every place, nested and fresh ones too, and is undone", async () => {
  const app = openApp();
  const undo = app.override(session, () => "fake");
  expect((await ask(app)).body).toEqual(["fake", "users of fake", "fake"]);
  undo();
  expect((await ask(app)).body).toEqual(["real", "users of real", "real"]);
});

test("an override of a dependency in the middle leaves out what only it needed", async () => {
  const app = new App();
  let calls = 0;
  const pool = depends(() => ++calls);
  const repository = depends({ pool }, ({ pool }) => pool);
  app.get("/", { repository }, ({ repository }) => repository);
  app.override(repository, () => 42);
  expect((await ask(app)).body).toBe(42);
  expect(calls).toBe(0);
});

test("an override reaches the dependencies of tasks, also those defined before it", async () => {
  const app = new App();
  const seen: string[] = [];
  const audit = task("audit", { deps: { users } }, ({ users }) => void seen.push(users));
  app.get("/", ({ background }) => {
    background.addTask(audit);
    background.addTask(audit.with({ retries: 1 }));
  });
  const undo = app.override(session, () => "fake");
  await ask(app);
  await expect.poll(() => seen).toEqual(["users of fake", "users of fake"]);
  undo();
  await ask(app);
  await app.close();
  expect(seen.slice(2)).toEqual(["users of real", "users of real"]);
});

test("an override by a dependency brings inputs of its own", async () => {
  const app = openApp();
  app.override(
    session,
    depends({ as: query() }, ({ as }) => `fake for ${as}`),
  );
  expect((await ask(app)).status).toBe(422);
  expect((await ask(app, "/?as=eve")).body).toEqual(["fake for eve", "users of fake for eve", "fake for eve"]);
});

test("an override may be a generator, which is closed", async () => {
  const app = openApp();
  const events: string[] = [];
  app.override(session, async function* () {
    yield "fake";
    events.push("closed");
  });
  await ask(app);
  expect(events).toEqual(["closed", "closed"]);
});

test("the last override wins, and undoing them in any order leaves the ones that stand", async () => {
  const app = openApp();
  const first = app.override(session, () => "first");
  const second = app.override(session, () => "second");
  const third = app.override(session, () => "third");
  const now = async (): Promise<unknown> => ((await ask(app)).body as unknown[])[0];
  expect(await now()).toBe("third");
  first();
  expect(await now()).toBe("third");
  third();
  expect(await now()).toBe("second");
  third();
  expect(await now()).toBe("second");
  second();
  expect(await now()).toBe("real");
});

test("two overrides by the very same replacement are undone one by one", async () => {
  const app = openApp();
  const fake = depends(() => "fake");
  const first = app.override(session, fake);
  const second = app.override(session, fake);
  first();
  expect((await ask(app)).body).toContain("fake");
  second();
  expect((await ask(app)).body).toContain("real");
});

test("an override of one app is none of another", async () => {
  const [faked, real] = [openApp(), openApp()];
  faked.override(session, () => "fake");
  expect((await ask(faked)).body).toContain("fake");
  expect((await ask(real)).body).toContain("real");
});

test("overrides are not followed from one replacement to the next, so two dependencies can change places", async () => {
  const [left, right] = [depends(() => "left"), depends(() => "right")];
  const [west, east] = [depends.app(() => "west"), depends.app(() => "east")];
  const app = new App();
  app.get("/", { left, right, west, east }, ({ left, right, west, east }) => [left, right, west, east]);
  app.override(left, right);
  app.override(right, left);
  app.override(west, east);
  app.override(east, west);
  expect((await ask(app)).body).toEqual(["right", "left", "east", "west"]);
});

test("an override of app scope is used by what depends on it, and gone afterwards", async () => {
  let made = 0;
  const settings = depends.app(() => "real settings");
  const pool = depends.app({ settings }, ({ settings }) => `pool ${++made} of ${settings}`);
  const app = new App();
  app.get("/", { pool, settings }, ({ pool, settings }) => [pool, settings]);
  expect((await ask(app)).body).toEqual(["pool 1 of real settings", "real settings"]);
  const undo = app.override(settings, () => "fake settings");
  expect((await ask(app)).body).toEqual(["pool 2 of fake settings", "fake settings"]);
  undo();
  expect((await ask(app)).body).toEqual(["pool 1 of real settings", "real settings"]);
});

test("a guard that is overridden by a function is still a guard", async () => {
  const app = new App();
  const order: string[] = [];
  const user = depends.guard(() => void order.push("real"));
  app.get("/", { plain: depends(() => void order.push("plain")), user }, () => "ok");
  app.override(user, () => void order.push("fake"));
  await ask(app);
  expect(order).toEqual(["fake", "plain"]);
});
