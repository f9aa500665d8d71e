import { body, file, HTTPException, int, path } from "afterwork";
import { afterwork } from "afterwork/express";
import type { RequestHandler } from "express";
import { describe, expect, test } from "vitest";

import { Notes } from "../notes.ts";
import { sessionOf } from "../session.ts";
import { answerWithMessage, listen, versions } from "./versions.ts";

describe.for(versions)("%s", ([name, express]) => {
  test("middleware is not needed", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    app.get(
      "/:id",
      work.inject({ id: path(int) }, ({ id, background }) => {
        background.addTask(() => notes.add(`task of ${id}`));
        return { id };
      }),
    );
    expect(await (await fetch(`${await listen(app)}/7`)).json()).toEqual({ id: 7 });
    await notes.until("task of 7");
  });

  test("parameters of outer routers are there with mergeParams", async () => {
    const work = afterwork();
    const router = express.Router({ mergeParams: true });
    router.get(
      "/posts/:post",
      work.inject({ user: path(int), post: path(int) }, ({ user, post }) => ({ user, post })),
    );
    const app = express();
    app.use("/users/:user", router);
    expect(await (await fetch(`${await listen(app)}/users/1/posts/2`)).json()).toEqual({ user: 1, post: 2 });
  });

  test("the standard request has the whole path, in mounted routers too", async () => {
    const work = afterwork();
    const router = express.Router();
    router.get(
      "/inner",
      work.inject(({ request }) => new URL(request.url).pathname),
    );
    const app = express();
    app.use("/outer", router);
    expect(await (await fetch(`${await listen(app)}/outer/inner`)).json()).toBe("/outer/inner");
  });

  test("what a wildcard has matched is one text", async () => {
    const work = afterwork();
    const app = express();
    const [route, key] = name === "Express 4" ? ["/files/*", "0"] : ["/files/*rest", "rest"];
    app.get(
      route,
      work.inject({ [key as "rest"]: path() }, (found) => found[key as "rest"]),
    );
    expect(await (await fetch(`${await listen(app)}/files/a/b%20c`)).json()).toBe("a/b c");
  });

  test("an injected handler may call next: its scope is closed before the next one runs", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    app.use(
      work.inject({ session: sessionOf(notes) }, ({ session, native }) => {
        notes.add(session);
        native.next();
        return "not sent";
      }),
    );
    app.get("/", (_req, res) => {
      notes.add("next");
      res.end("sent");
    });
    expect(await (await fetch(await listen(app))).text()).toBe("sent");
    expect(notes.lines).toEqual(["open", "commit", "next"]);
  });

  test("next('route') goes on with the next route", async () => {
    const work = afterwork();
    const app = express();
    const never: RequestHandler = () => expect.unreachable();
    app.get(
      "/",
      work.inject(({ native }) => native.next("route")),
      never,
    );
    app.get("/", (_req, res) => void res.end("the next route"));
    expect(await (await fetch(await listen(app))).text()).toBe("the next route");
  });

  test("next(error) rolls back and goes to the error handler, as throwing does", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = express();
    const inputs = { session: sessionOf(notes) };
    app.get(
      "/next",
      work.inject(inputs, ({ native }) => native.next(new Error("passed on"))),
    );
    app.get(
      "/throw",
      work.inject(inputs, ({ background }) => {
        background.onFailure.addTask(() => notes.add("failure"));
        throw new Error("thrown");
      }),
    );
    app.use(work.errors, answerWithMessage);
    const url = await listen(app);
    expect(await (await fetch(`${url}/next`)).text()).toBe("passed on");
    expect(await (await fetch(`${url}/throw`)).text()).toBe("thrown");
    await notes.until("failure");
    expect(notes.lines).toEqual(["rollback: passed on", "rollback: thrown", "failure"]);
  });

  test("known errors are answered here, others by Express", async () => {
    const work = afterwork();
    const app = express();
    app.get(
      "/",
      work.inject(() => {
        throw new HTTPException(409, "taken");
      }),
    );
    app.use(answerWithMessage);
    const response = await fetch(await listen(app));
    expect([response.status, await response.json()]).toEqual([409, { detail: "taken" }]);
  });
});

test("a handler of another adapter than the middleware's says so", async () => {
  const [, express] = versions[0] ?? [];
  if (express === undefined) throw new Error("expected a version of Express");
  const app = express();
  app.use(afterwork().middleware);
  app.get(
    "/",
    afterwork().inject(() => "answered"),
  );
  app.use(answerWithMessage);
  const response = await fetch(await listen(app));
  expect(await response.text()).toMatch(/^GET \/: the injected handler was made by another adapter/);
});

test("inputs that can't be injected are refused when the handler is made", () => {
  const { inject } = afterwork();
  expect(() => inject({ id: "no input" as never }, () => {})).toThrow(/id/);
  expect(() => inject({ a: body(), b: file() } as never, () => {})).toThrow(/body/);
  expect(() => (inject as (...args: unknown[]) => unknown)({})).toThrow(/handler/);
});
