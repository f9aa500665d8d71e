import { body, depends, int, path, type BackgroundTasks } from "afterwork";
import { Afterwork, Inputs, type InputsOf, type NestNative } from "afterwork/nestjs";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";

const inputs = {
  id: path(int),
  item: body(z.object({ name: z.string() })),
  db: depends(() => new Map<string, number>()),
};

test("a parameter behind @Inputs has the types of the inputs, and the context of a handler", () => {
  type Given = InputsOf<typeof inputs>;
  expectTypeOf<Given["id"]>().toEqualTypeOf<number>();
  expectTypeOf<Given["item"]>().toEqualTypeOf<{ name: string }>();
  expectTypeOf<Given["db"]>().toEqualTypeOf<Map<string, number>>();
  expectTypeOf<Given["background"]>().toEqualTypeOf<BackgroundTasks>();
  expectTypeOf<Given["native"]>().toEqualTypeOf<NestNative>();
});

test("a name that the context gives out itself is refused", () => {
  // @ts-expect-error background is a reserved name
  Inputs({ background: path() });
});

test("the handler of inject knows its inputs without being told", () => {
  const method = new Afterwork({}).inject(inputs, ({ id, item }) => {
    expectTypeOf(id).toEqualTypeOf<number>();
    expectTypeOf(item).toEqualTypeOf<{ name: string }>();
  });
  expectTypeOf(method).returns.toEqualTypeOf<Promise<Response | undefined>>();
});
