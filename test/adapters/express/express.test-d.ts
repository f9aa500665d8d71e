import { body, depends, int, path, type BackgroundTasks } from "afterwork";
import { afterwork } from "afterwork/express";
import express, { type ErrorRequestHandler, type NextFunction, type Request, type RequestHandler } from "express";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";

const work = afterwork();
const app = express();
const user = depends(() => ({ name: "Ann" }));

describe("requests", () => {
  test("have their background tasks, in plain handlers and in middleware", () => {
    app.post("/signup", (req) => expectTypeOf(req.background).toEqualTypeOf<BackgroundTasks>());
    const middleware: RequestHandler = (req) => expectTypeOf(req.background).toEqualTypeOf<BackgroundTasks>();
    app.use(middleware);
  });

  test("check the arguments of tasks", () => {
    const send = (to: string, times: number): string => to.repeat(times);
    app.get("/", (req) => {
      req.background.addTask(send, "Ann", 2);
      // @ts-expect-error the second argument is a number
      req.background.addTask(send, "Ann", "2");
    });
  });
});

describe("the adapter", () => {
  test("has middleware and an error handler of Express", () => {
    expectTypeOf(work.middleware).toExtend<RequestHandler>();
    expectTypeOf(work.errors).toExtend<ErrorRequestHandler>();
    app.use(work.middleware);
    app.use(work.errors);
  });

  test("injects what is typed by its inputs", () => {
    const handler = work.inject(
      { id: path(int), item: body(z.object({ price: z.number() })), user },
      ({ id, item, user, background, native }) => {
        expectTypeOf(id).toEqualTypeOf<number>();
        expectTypeOf(item).toEqualTypeOf<{ price: number }>();
        expectTypeOf(user).toEqualTypeOf<{ name: string }>();
        expectTypeOf(background).toEqualTypeOf<BackgroundTasks>();
        expectTypeOf(native.req).toEqualTypeOf<Request>();
        expectTypeOf(native.res).toExtend<express.Response>();
        expectTypeOf(native.next).toEqualTypeOf<NextFunction>();
        return { id };
      },
    );
    app.post("/items/:id", handler);
    express.Router({ mergeParams: true }).use(handler).get("/:name", handler);
  });

  test("checks what is returned by the schema of the response", () => {
    const options = { response: z.object({ id: z.number() }) };
    work.inject({ id: path(int) }, options, ({ id }) => ({ id }));
    work.inject({ id: path(int) }, options, ({ native }) => native.res);
    // @ts-expect-error the id is a number
    work.inject({ id: path(int) }, options, () => ({ id: "1" }));
  });

  test("refuses reserved names", () => {
    // @ts-expect-error that is the name of the tasks
    work.inject({ background: path(int) }, () => {});
  });
});
