import { int, path, type BackgroundTasks } from "afterwork";
import { afterwork } from "afterwork/h3";
import { H3, serve, type EventHandler, type H3Event, type H3EventContext } from "h3";
import { expectTypeOf, test } from "vitest";

const work = afterwork();

test("the context of every event knows the background", () => {
  new H3().use(work.middleware).get("/", (event) => {
    expectTypeOf(event.context.background).toEqualTypeOf<BackgroundTasks>();
    return "ok";
  });
  expectTypeOf<H3EventContext["background"]>().toEqualTypeOf<BackgroundTasks>();
});

test("an injected handler is an event handler, and knows its inputs", () => {
  const handler = work.inject({ id: path(int) }, ({ id, native }) => {
    expectTypeOf(id).toEqualTypeOf<number>();
    expectTypeOf(native.event).toEqualTypeOf<H3Event>();
  });
  expectTypeOf(handler).toExtend<EventHandler>();
});

test("attach takes what serve returns", () => {
  expectTypeOf(work.attach).toBeCallableWith(serve(new H3()));
});
