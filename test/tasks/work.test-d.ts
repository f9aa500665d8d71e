import { App, type ArgsOf } from "afterwork";
import { expectTypeOf, test } from "vitest";

test("a function that always throws is work with its arguments", () => {
  const fail = (reason: string): never => {
    throw new Error(reason);
  };
  expectTypeOf<ArgsOf<typeof fail>>().toEqualTypeOf<[reason: string]>();
  new App().get("/", ({ background }) => {
    background.addTask(fail, "always");
    // @ts-expect-error -- its argument is missing
    background.addTask(fail);
  });
});

test("a function that returns anything is work, a generator function is none", () => {
  const loose = (_id: number): any => {};
  expectTypeOf<ArgsOf<typeof loose>>().toEqualTypeOf<[_id: number]>();
  new App().get("/", ({ background }) => {
    // @ts-expect-error -- nobody would pull it
    background.addTask(function* () {
      yield 1;
    });
  });
});
