import { App, body, query, type StandardSchemaV1 } from "afterwork";
import { TestClient } from "afterwork/testing";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";

interface Library {
  readonly name: string;
  /** A number of at least 1, from a string. */
  readonly page: StandardSchemaV1<string, number>;
  readonly order: StandardSchemaV1<unknown, { customer: { email: string }; lines: { sku: string }[] }>;
  /** A user without the password. */
  readonly user: StandardSchemaV1<{ name: string }, { name: string }>;
}

const libraries: readonly Library[] = [
  {
    name: "zod",
    page: z.string().transform(Number).pipe(z.number().min(1)),
    order: z.object({ customer: z.object({ email: z.email() }), lines: z.array(z.object({ sku: z.string() })) }),
    user: z.object({ name: z.string() }),
  },
  {
    name: "valibot",
    page: v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(1)),
    order: v.object({
      customer: v.object({ email: v.pipe(v.string(), v.email()) }),
      lines: v.array(v.object({ sku: v.string() })),
    }),
    user: v.object({ name: v.string() }),
  },
  {
    name: "arktype",
    page: type("string.numeric.parse").to("number >= 1"),
    order: type({ customer: { email: "string.email" }, lines: type({ sku: "string" }).array() }),
    user: type({ "+": "delete", name: "string" }),
  },
];

describe.each(libraries)("$name", ({ page, order, user }) => {
  const app = new App({ log: console });
  app.post("/orders", { page: query(page), order: body(order) }, ({ page, order }) => ({
    next: page + 1,
    to: order.customer.email,
    skus: order.lines.map(({ sku }) => sku),
  }));
  app.get("/me", {}, { response: user }, () => ({ name: "Ada", password: "secret" }));
  const client = new TestClient(app);

  test("hands over what it makes of the input", async () => {
    const json = { customer: { email: "ada@example.com" }, lines: [{ sku: "lamp" }, { sku: "bulb" }] };
    const response = await client.post("/orders", { query: { page: "3" }, json });
    expect(response.json()).toEqual({ next: 4, to: "ada@example.com", skus: ["lamp", "bulb"] });
  });

  test("has all its issues told at once, with their places", async () => {
    const json = { customer: { email: "nobody" }, lines: [{ sku: "lamp" }, { sku: 7 }] };
    const response = await client.post("/orders", { query: { page: "two" }, json });
    expect(response.status).toBe(422);
    const { detail } = response.json<{ detail: { type: string; loc: unknown[]; msg: string; input: unknown }[] }>();
    // arktype counts the stages of a text's parsing as places within it.
    const places = detail.map(({ loc, input }) => ({ loc: loc[0] === "query" ? loc.slice(0, 2) : loc, input }));
    expect(places).toEqual([
      { loc: ["query", "page"], input: "two" },
      { loc: ["body", "customer", "email"], input: "nobody" },
      { loc: ["body", "lines", 1, "sku"], input: 7 },
    ]);
    for (const fault of detail) expect(fault).toMatchObject({ type: expect.any(String), msg: expect.any(String) });
  });

  test("has the text itself told when what it makes of it does not fit", async () => {
    const json = { customer: { email: "ada@example.com" }, lines: [] };
    const response = await client.post("/orders", { query: { page: "0" }, json });
    expect(response.status).toBe(422);
    expect(response.json()).toMatchObject({ detail: [{ input: "0" }] });
  });

  test("strips from the output what it does not name", async () => {
    expect((await client.get("/me")).json()).toEqual({ name: "Ada" });
  });
});

test("an issue that points to a prototype is told as a field that is not there", async () => {
  const issues = [{ message: "bad", path: ["__proto__", "constructor"] }];
  const app = new App();
  const schema: StandardSchemaV1 = { "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) } };
  app.post("/", { value: body(schema) }, () => null);
  const response = await new TestClient(app).post("/", { json: { a: 1 } });
  expect(response.json()).toEqual({
    detail: [{ type: "missing", loc: ["body", "__proto__", "constructor"], msg: "Field required", input: null }],
  });
});
