import { createServer } from "node:http";

import { HTTPException, InvalidOptionError, OverloadedError } from "afterwork";
import { afterwork } from "afterwork/express";
import type { ErrorRequestHandler } from "express";
import { describe, expect, test } from "vitest";

import { recordLog } from "../../behaviour/support/listen.ts";
import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { listen, versions } from "./versions.ts";

const answerWith =
  (status: number): ErrorRequestHandler =>
  (_error, _req, res, _next) =>
    void res.status(status).json({ answered: "by the app" });

describe.for(versions)("%s", ([, express]) => {
  test("a handler adds tasks, which run when its response has been sent", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    app.use(work.middleware);
    app.get("/", (req, res) => {
      req.background.addTask(() => notes.add(`task after ${req.background.outcome?.status}`));
      res.status(201).json({ done: true });
      notes.add("answered");
    });
    const response = await fetch(await listen(app));
    expect(await response.json()).toEqual({ done: true });
    expect(await notes.until("task after 201")).toEqual(["answered", "task after 201"]);
  });

  test("routers, nested ones and mounted apps share the tasks of a request", async () => {
    const work = afterwork();
    const notes = new Notes();
    const mounted = express();
    mounted.use(work.middleware);
    mounted.get("/end", (req, res) => {
      req.background.addTask(() => notes.add("task of the mounted app"));
      res.end();
    });
    const router = express.Router();
    router.use((req, _res, next) => {
      req.background.addTask(() => notes.add("task of the router"));
      next();
    });
    router.use("/mounted", mounted);
    const app = express();
    app.use(work.middleware);
    app.use("/router", router);
    await fetch(`${await listen(app)}/router/mounted/end`);
    expect(await notes.until("task of the mounted app")).toEqual(["task of the router", "task of the mounted app"]);
  });

  test.for(["before", "after"] as const)("work.errors may stand %s a handler of the app's own", async (place) => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    app.use(work.middleware);
    app.get("/", (req) => {
      req.background.addTask(() => notes.add("for success"));
      req.background.always.addTask(() => notes.add("always"));
      throw new Error("a handler that fails");
    });
    if (place === "before") app.use(work.errors, answerWith(502));
    else app.use(answerWith(502), work.errors);
    const response = await fetch(await listen(app));
    expect([response.status, await response.json()]).toEqual([502, { answered: "by the app" }]);
    expect(await notes.until("always")).toEqual(["always"]);
  });

  test("a failure that is answered with less than 500 is one by work.errors only", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    app.use(work.middleware);
    app.get("/:told", ({ background, params: { told } }, _res, next) => {
      background.addTask(() => notes.add(`${told}: success`));
      background.onFailure.addTask(() => notes.add(`${told}: failure`));
      next(new Error("a handler that fails"));
    });
    const told: ErrorRequestHandler = (error, req, res, next) =>
      req.path === "/told" ? void work.errors(error, req, res, next) : next(error);
    app.use(told, answerWith(404));
    const url = await listen(app);
    await fetch(`${url}/told`);
    await fetch(`${url}/untold`);
    await notes.until("told: failure");
    await notes.until("untold: success");
    expect(notes.lines).toHaveLength(2);
  });

  test.for([
    [new OverloadedError("too much", 7), 503, { "retry-after": "7" }],
    [new HTTPException(401, "who?", { "www-authenticate": "Bearer" }), 401, { "www-authenticate": "Bearer" }],
  ] as const)("what a plain handler throws is answered by Express: %s", async ([error, status, headers]) => {
    const work = afterwork();
    const app = express();
    app.set("env", "test");
    app.use(work.middleware);
    app.get("/", () => {
      throw error;
    });
    app.use(work.errors);
    const response = await fetch(await listen(app));
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
  });

  test("too much work is answered 503", async () => {
    const work = afterwork({ background: { maxPending: 1 } });
    const app = express();
    app.set("env", "test");
    app.use(work.middleware);
    app.get("/", (req, res) => {
      req.background.addTask(() => {});
      req.background.addTask(() => {});
      res.end();
    });
    app.use(work.errors);
    const response = await fetch(await listen(app));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  test("an error after the answer ends the request without it, if durable work was added", async () => {
    const engine = new SwitchedEngine();
    const work = afterwork({ engine });
    const notes = new Notes();
    const app = express();
    app.set("env", "test");
    app.use(work.middleware);
    app.get("/", (req, res) => {
      req.background.addTask(storedTask);
      req.background.onFailure.addTask(() => notes.add("failure"));
      res.json({ done: true });
      throw new Error("a handler that fails when it has answered");
    });
    app.use(work.errors);
    await expect(fetch(await listen(app))).rejects.toThrow();
    await notes.until("failure");
  });

  test("a store that is down is answered 503, without the handler's headers", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const { log, lines } = recordLog();
    const work = afterwork({ engine, log });
    const app = express();
    const router = express.Router();
    app.use(work.middleware);
    router.get("/stored", (req, res) => {
      req.background.addTask(storedTask);
      res.cookie("session", "1").set("x-user", "one").json({ done: true });
    });
    app.use("/router", router);
    const response = await fetch(`${await listen(app)}/router/stored?secret=1`);
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
    expect(response.headers.get("retry-after")).toBe("1");
    expect([response.headers.get("set-cookie"), response.headers.get("x-user")]).toEqual([null, null]);
    expect(lines.map(({ message }) => message)).toEqual([
      "GET /router/stored was refused when it was about to be answered",
    ]);
  });

  test("middleware that is called by mistake says so", () => {
    const { middleware } = afterwork();
    expect(() => (middleware as () => void)()).toThrow(/app\.use: expected work\.middleware as it is/);
  });
});

test("an unknown option is refused with the nearest name", () => {
  expect(() => afterwork({ enigne: undefined } as never)).toThrow(InvalidOptionError);
});

test("what is no server can't be attached to", async () => {
  await expect(afterwork().attach({} as never)).rejects.toThrow(/expected a server of node:http/);
});

test("a server that is closed drains the tasks", async () => {
  const [, express] = versions[0] ?? [];
  if (express === undefined) throw new Error("expected a version of Express");
  const work = afterwork();
  const notes = new Notes();
  const app = express();
  app.use(work.middleware);
  app.get("/", (req, res) => {
    req.background.addTask(async function slow() {
      notes.add("task begins");
      await new Promise((resolve) => setTimeout(resolve, 50));
      notes.add("task ends");
    });
    res.end();
  });
  const server = createServer(app);
  await work.attach(server.listen(0), { signals: false });
  const { port } = server.address() as { port: number };
  await fetch(`http://127.0.0.1:${port}`);
  await notes.until("task begins");
  await new Promise((resolve) => server.close(resolve));
  expect(notes.lines).toEqual(["task begins", "task ends"]);
});
