import { depends, int, path, type BackgroundTasks } from "afterwork";
import { afterwork, type WorkEnv, type WorkVariables } from "afterwork/hono";
import { Hono, type Context } from "hono";
import { createFactory } from "hono/factory";
import { expectTypeOf, test } from "vitest";

const work = afterwork();

test("an app that is written as one chain knows the background", () => {
  new Hono().use(work.middleware).get("/", (c) => {
    expectTypeOf(c.var.background).toEqualTypeOf<BackgroundTasks>();
    return c.text("ok");
  });
});

test("an app that is written line by line is told by its type, beside variables of its own", () => {
  const app = new Hono<{ Variables: WorkVariables & { user: string } }>();
  app.use(work.middleware);
  app.get("/", (c) => {
    expectTypeOf(c.get("background")).toEqualTypeOf<BackgroundTasks>();
    expectTypeOf(c.var.user).toEqualTypeOf<string>();
    return c.text("ok");
  });
});

test("handlers of a factory know it", () => {
  const factory = createFactory<WorkEnv>();
  factory.createHandlers(work.middleware, (c) => {
    expectTypeOf(c.var.background).toEqualTypeOf<BackgroundTasks>();
    return c.text("ok");
  });
});

test("without the middleware there is none", () => {
  new Hono().get("/", (c) => {
    // @ts-expect-error nothing has added it
    c.var.background.addTask(() => {});
    return c.text("ok");
  });
});

test("an injected handler knows its inputs, its background and the context", () => {
  const user = depends(() => ({ name: "ada" }));
  const app = new Hono<WorkEnv>();
  app.post(
    "/items/:id",
    work.inject({ id: path(int), user }, ({ id, user, background, native }) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      expectTypeOf(user).toEqualTypeOf<{ name: string }>();
      expectTypeOf(background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(native.c).toEqualTypeOf<Context>();
    }),
  );
  // @ts-expect-error a name of the context can be no input
  work.inject({ background: user }, () => {});
});
