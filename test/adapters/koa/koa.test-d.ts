import { Router } from "@koa/router";
import { depends, int, path, type BackgroundTasks } from "afterwork";
import { afterwork } from "afterwork/koa";
import Koa from "koa";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";

const work = afterwork();
const app = new Koa();
const router = new Router();
const user = depends(() => ({ name: "Ann" }));

describe("contexts", () => {
  test("have their background tasks, in apps and in routers", () => {
    app.use((ctx) => void expectTypeOf(ctx.background).toEqualTypeOf<BackgroundTasks>());
    router.get("/", (ctx) => void expectTypeOf(ctx.background).toEqualTypeOf<BackgroundTasks>());
  });

  test("check the arguments of tasks", () => {
    const send = (to: string, times: number): string => to.repeat(times);
    app.use(({ background }) => {
      background.addTask(send, "Ann", 2);
      // @ts-expect-error the second argument is a number
      background.addTask(send, "Ann", "2");
    });
  });
});

describe("the adapter", () => {
  test("has middleware of Koa", () => {
    expectTypeOf(work.middleware).toExtend<Koa.Middleware>();
    app.use(work.middleware);
  });

  test("injects what is typed by its inputs", () => {
    const handler = work.inject({ id: path(int), user }, ({ id, user, background, native }) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      expectTypeOf(user).toEqualTypeOf<{ name: string }>();
      expectTypeOf(background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(native.ctx).toEqualTypeOf<Koa.Context>();
      expectTypeOf(native.next).toEqualTypeOf<Koa.Next>();
      return { id };
    });
    app.use(handler);
    router.get("/items/:id", handler).use("/inner", handler);
  });

  test("checks what is returned by the schema of the response", () => {
    const options = { response: z.object({ id: z.number() }) };
    work.inject({ id: path(int) }, options, ({ id }) => ({ id }));
    work.inject({ id: path(int) }, options, ({ native }) => native.ctx);
    // @ts-expect-error the id is a number
    work.inject({ id: path(int) }, options, () => ({ id: "1" }));
  });
});
