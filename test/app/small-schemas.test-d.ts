import { describe, expectTypeOf, test } from "vitest";
import { bool, int, number } from "../../src/app/schemas/small-schemas.ts";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "../../src/app/schemas/standard-schema.ts";

type In<Schema extends StandardSchemaV1> = StandardSchemaV1.InferInput<Schema>;
type Out<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>;

const optionalInt = int.optional();
const defaultInt = int.min(1).default(10).max(100);
const laterDefault = number.optional().default(1);
const optionalBool = bool.optional();
const defaultBool = bool.default(true);

describe("what the small schemas are to the type checker", () => {
  test("they take text as well as the value itself", () => {
    expectTypeOf<In<typeof int>>().toEqualTypeOf<number | string>();
    expectTypeOf<In<typeof number>>().toEqualTypeOf<number | string>();
    expectTypeOf<In<typeof bool>>().toEqualTypeOf<boolean | string>();
  });

  test("they give the value", () => {
    expectTypeOf<Out<typeof int>>().toEqualTypeOf<number>();
    expectTypeOf<Out<typeof number>>().toEqualTypeOf<number>();
    expectTypeOf<Out<typeof bool>>().toEqualTypeOf<boolean>();
  });

  test("optional adds undefined on both sides", () => {
    expectTypeOf<In<typeof optionalInt>>().toEqualTypeOf<number | string | undefined>();
    expectTypeOf<Out<typeof optionalInt>>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Out<typeof optionalBool>>().toEqualTypeOf<boolean | undefined>();
  });

  test("a default takes undefined in and gives none out", () => {
    expectTypeOf<In<typeof defaultInt>>().toEqualTypeOf<number | string | undefined>();
    expectTypeOf<Out<typeof defaultInt>>().toEqualTypeOf<number>();
    expectTypeOf<Out<typeof laterDefault>>().toEqualTypeOf<number>();
    expectTypeOf<Out<typeof defaultBool>>().toEqualTypeOf<boolean>();
  });

  test("they are Standard Schemas and Standard JSON Schemas", () => {
    expectTypeOf(int).toExtend<StandardSchemaV1<number | string, number>>();
    expectTypeOf(bool).toExtend<StandardJSONSchemaV1<boolean | string, boolean>>();
  });

  test("validation is synchronous", () => {
    expectTypeOf(int["~standard"].validate("1")).not.toExtend<PromiseLike<unknown>>();
    expectTypeOf(int["~standard"].validate("1").issues?.[0]?.type).toEqualTypeOf<string | undefined>();
  });

  test("a boolean has no bounds, and no default of another type", () => {
    expectTypeOf(bool).not.toHaveProperty("min");
    expectTypeOf(bool.default).parameter(0).toEqualTypeOf<boolean>();
    expectTypeOf(int.default).parameter(0).toEqualTypeOf<number>();
  });
});
