import { body, query } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { bodyOf, exchange, jsonMessage, message, startTrial, statusOf, ways } from "./support/trial.ts";

/** A schema that answers as it is told. */
function schemaOf(validate: (value: unknown) => unknown): never {
  return { "~standard": { version: 1, vendor: "test", validate } } as never;
}
const raise = (text: string) => (): never => {
  throw new Error(text);
};
const soon = async (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 10));

/** How a schema answers, the status, and words of the body or of the report. */
const schemas: readonly (readonly [
  what: string,
  validate: (value: unknown) => unknown,
  status: number,
  words: string,
])[] = [
  ["throws", raise("broken schema"), 500, "broken schema"],
  ["rejects", () => Promise.reject(new Error("broken schema")), 500, "broken schema"],
  ["answers nothing", () => undefined, 500, "undefined"],
  ["answers null", () => null, 500, "null"],
  ["answers neither a value nor issues", () => ({}), 200, "null"],
  ["finds no issue among its issues", () => ({ issues: [] }), 200, "null"],
  [
    "finds issues without a path",
    () => ({ issues: [{ message: "bad" }] }),
    422,
    '"type":"invalid","loc":["query","q"],"msg":"bad","input":"x"',
  ],
  [
    "finds issues with a symbol in the path",
    () => ({ issues: [{ message: "bad", path: [Symbol("s")] }] }),
    422,
    '"loc":["query","q","Symbol(s)"]',
  ],
  [
    "finds issues with __proto__ in the path",
    () => ({ issues: [{ message: "bad", path: ["__proto__", "x"] }] }),
    422,
    '"loc":["query","q","__proto__","x"],"msg":"bad","input":"x"',
  ],
  ["answers later", async () => ({ value: 1 }), 200, "null"],
];

describe.each(ways)("%s, when a schema of the query", (way) => {
  test.each(schemas)("%s", async (_what, validate, status, words) => {
    const trial = await startTrial((app) => app.get("/", { q: query(schemaOf(validate)) }, () => null), { way });
    const received = await exchange(trial.port, message("GET /?q=x"));
    const said = status === 500 ? trial.failures.map(({ error }) => String(error)).join("; ") : bodyOf(received);
    expect([statusOf(received), said]).toEqual([status, expect.stringContaining(words)]);
    expect(trial.failures.length).toBe(status === 500 ? 1 : 0);
    await trial.expectAnswering();
  });

  test("fails later than something else, the process goes on", async () => {
    const late = schemaOf(async () => {
      await soon();
      throw new Error("too late");
    });
    const trial = await startTrial(
      (app) => {
        app.post("/body", { q: query(late), item: body() }, () => null);
        app.get("/two", { q: query(late), r: query(schemaOf(raise("at once"))) }, () => null);
      },
      { way },
    );
    const refused = await exchange(
      trial.port,
      message("POST /body?q=x", ["Content-Type: text/plain", "Content-Length: 1"], "x"),
    );
    expect(statusOf(refused)).toBe(415);
    expect(statusOf(await exchange(trial.port, message("GET /two?q=x&r=x")))).toBe(500);
    await soon();
    await soon();
    await trial.expectAnswering();
    expect(trial.failures.map(({ error }) => String(error))).toEqual(["Error: at once"]);
  });

  test("finds half a million faults, the answer tells a hundred and counts the rest", async () => {
    const trial = await startTrial((app) => app.post("/", { list: body(z.array(z.string())) }, () => null), {
      way,
      bodyLimit: 2_000_000,
    });
    const list = `[${"1,".repeat(499_999)}1]`;
    const received = await exchange(trial.port, jsonMessage("POST /", list));
    const { detail } = JSON.parse(bodyOf(received)) as { detail: unknown[] };
    expect([statusOf(received), detail.length]).toEqual([422, 101]);
    expect(detail[99]).toMatchObject({ type: "invalid_type", loc: ["body", 99], input: 1 });
    expect(detail[100]).toEqual({ type: "further_faults", loc: [], msg: "and 499900 more", input: null });
    await trial.expectUntouched();
  });

  test("refuses a thousand values, the answer tells a hundred", async () => {
    const never = schemaOf(() => ({ issues: [{ message: "bad" }] }));
    const trial = await startTrial((app) => app.get("/", { n: query.all(never) }, () => null), { way });
    const received = await exchange(trial.port, message(`GET /?${"n=1&".repeat(1000)}`));
    expect(bodyOf(received)).toMatch(/"msg":"and 900 more"/);
    await trial.expectUntouched();
  });
});
