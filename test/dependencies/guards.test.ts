import { App, HTTPException, body, depends, form, header, int, path, query, request } from "afterwork";
import { expect, test } from "vitest";
import { z } from "zod";
import { ask, post } from "./ask.ts";

const order: string[] = [];
const note = (name: string) => (): string => {
  order.push(name);
  return name;
};

function startOver(): App {
  order.length = 0;
  return new App();
}

const authenticated = depends.guard({ token: header("x-token") }, function authenticated({ token }) {
  order.push("guard");
  if (token !== "secret") throw new HTTPException(401, "Invalid token");
  return { name: "alice" };
});
const secret = { "x-token": "secret" };

test("a guard runs before every other dependency, wherever it stands", async () => {
  const app = startOver();
  const session = depends(note("session"));
  const user = depends({ session, authenticated }, ({ authenticated }) => authenticated.name);
  app.get("/", { session, user }, ({ user }) => user);
  expect(await ask(app, "/", { headers: secret })).toMatchObject({ body: "alice" });
  expect(order).toEqual(["guard", "session"]);
});

test("a guard refuses before other parameters are judged and before the body is read", async () => {
  const app = startOver();
  const inputs = { id: path(int), item: body(z.object({ name: z.string() })), authenticated };
  app.post("/items/:id", inputs, note("handler"));
  let pulled = false;
  const stream = new ReadableStream<Uint8Array>(
    { pull: (controller) => ((pulled = true), controller.close()) },
    { highWaterMark: 0 },
  );
  const init = { method: "POST", body: stream, duplex: "half", headers: { "x-token": "guess" } };
  const answer = await ask(app, "/items/none", init as RequestInit);
  expect(answer).toMatchObject({ status: 401, body: { detail: "Invalid token" } });
  expect([order, pulled]).toEqual([["guard"], false]);
});

test("a guard's own parameters are judged before it runs, and only these", async () => {
  const app = startOver();
  app.post("/items/:id", { id: path(int), item: body(z.object({})), authenticated }, note("handler"));
  const { status, body: answer } = await post(app, "/items/none", "no item");
  expect(status).toBe(422);
  expect((answer as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc)).toEqual([["header", "x-token"]]);
  expect(order).toEqual([]);
});

test("when the guard is content, all other faults are told together", async () => {
  const app = startOver();
  app.get("/items/:id", { id: path(int), size: query(int), authenticated }, note("handler"));
  const { status, body: answer } = await ask(app, "/items/none", { headers: secret });
  expect([status, (answer as { detail: unknown[] }).detail.length]).toEqual([422, 2]);
  expect(order).toEqual(["guard"]);
});

test("guards run one after the other in the order of the tree, inner ones first", async () => {
  const app = startOver();
  const inner = depends.guard({ region: query() }, note("inner"));
  const outer = depends.guard({ inner }, note("outer"));
  const last = depends.guard(note("last"));
  app.get("/", { plain: depends(note("plain")), nested: depends({ outer }, note("nested")), last }, note("handler"));
  await ask(app, "/?region=eu");
  expect(order).toEqual(["inner", "outer", "last", "plain", "nested", "handler"]);
});

test("an inner guard that refuses keeps the parameters of the outer one unjudged", async () => {
  const app = startOver();
  const inner = depends.guard(() => {
    throw new HTTPException(403, "No");
  });
  const outer = depends.guard({ inner, size: query(int) }, note("outer"));
  app.get("/", { outer }, note("handler"));
  expect(await ask(app)).toMatchObject({ status: 403 });
  expect(order).toEqual([]);
});

test("what a guard depends on is made with it, and shared afterwards", async () => {
  const app = startOver();
  const session = depends(note("session"));
  const allowed = depends.guard({ session }, note("allowed"));
  app.get("/", { session, allowed }, ({ session }) => session);
  expect(await ask(app)).toMatchObject({ body: "session" });
  expect(order).toEqual(["session", "allowed"]);
});

test("a guard may look at the request itself", async () => {
  const app = startOver();
  const sameOrigin = depends.guard({ request: request() }, ({ request }) => request.headers.get("origin"));
  app.get("/", { sameOrigin }, ({ sameOrigin }) => sameOrigin);
  expect(await ask(app, "/", { headers: { origin: "http://a.example" } })).toMatchObject({ body: "http://a.example" });
});

test("a guard that is a generator is closed before the response and sees the handler's error", async () => {
  const app = startOver();
  const lock = depends.guard(async function* () {
    try {
      yield "locked";
    } catch (error) {
      order.push(`unlocked after ${String(error)}`);
      throw error;
    }
  });
  app.get("/", { lock }, () => {
    throw new HTTPException(409, "Busy");
  });
  expect(await ask(app)).toMatchObject({ status: 409 });
  expect(order).toEqual(["unlocked after HTTPException: Busy"]);
});

test("a guard for a whole app guards routes that know nothing of it", async () => {
  order.length = 0;
  const app = new App({ inputs: { authenticated } });
  app.get("/items/:id", { id: path(int) }, note("handler"));
  expect((await ask(app, "/items/none", { headers: { "x-token": "x" } })).status).toBe(401);
  expect((await ask(app, "/items/1", { headers: secret })).status).toBe(200);
  expect(order).toEqual(["guard", "guard", "handler"]);
});

test("a guard that needs the body is refused where it is defined, with the path", () => {
  const item = depends({ item: body() }, ({ item }) => item);
  expect(() => depends.guard({ item }, function signed() {})).toThrow(
    "signed → item → item: a guard runs before the body is read and can't need its body",
  );
  expect(() => depends.guard({ field: form() }, function signed() {})).toThrow(
    /signed → field: .* can't need its form/,
  );
});
