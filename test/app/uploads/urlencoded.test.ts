import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readForm } from "../../../src/app/uploads/multipart.ts";
import { contentsOf, faultOf, readUrlEncoded } from "./form-samples.ts";

describe("a url-encoded form", () => {
  const bodies: readonly (readonly [body: string, entries: readonly (readonly [string, string])[]])[] = [
    ["", []],
    ["&&", []],
    [
      "a=1&b=2&a=3",
      [
        ["a", "1"],
        ["a", "3"],
        ["b", "2"],
      ],
    ],
    [
      "a=b=c&d",
      [
        ["a", "b=c"],
        ["d", ""],
      ],
    ],
    [
      "=x&?q=1",
      [
        ["", "x"],
        ["?q", "1"],
      ],
    ],
    ["a+b=c%2Bd+e%26f", [["a b", "c+d e&f"]]],
    [
      "a=%e2%82%ac&b=€&c=%",
      [
        ["a", "€"],
        ["b", "€"],
        ["c", "%"],
      ],
    ],
    ["__proto__=x", [["__proto__", "x"]]],
  ];
  test.each(bodies)("%j is read by the rules of the URL standard", async (body, entries) => {
    for (const chunkSize of [1, 1_000]) {
      expect(await contentsOf(await readUrlEncoded(body, { chunkSize }))).toEqual(entries);
    }
  });

  test("is read as URLSearchParams reads it, in whatever chunks", async () => {
    const pair = fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }));
    await fc.assert(
      fc.asyncProperty(fc.array(pair), fc.integer({ min: 1, max: 50 }), async (pairs, chunkSize) => {
        const sent = new URLSearchParams(pairs);
        const form = await readUrlEncoded(sent.toString(), { chunkSize });
        const names = new Set(sent.keys());
        expect([...form.fields]).toEqual([...names].map((name) => [name, sent.getAll(name)]));
      }),
    );
  });

  test("may come without a body, and with a charset", async () => {
    const contentType = "Application/X-WWW-Form-URLencoded; charset=UTF-8";
    const form = await readForm({ contentType, body: null, limits: { bodyLimit: 10 } });
    expect([form.fields.size, form.files.size]).toEqual([0, 0]);
  });

  test("keeps the limits on body, fields and names", async () => {
    const faults = await Promise.all([
      faultOf(readUrlEncoded("a=123456789", { limits: { bodyLimit: 10 } })),
      faultOf(readUrlEncoded("a=1&b=2&c=3", { limits: { maxFields: 2 } })),
      faultOf(readUrlEncoded("a=12345&b=123456&c=3", { limits: { maxFieldSize: 5 } })),
      faultOf(readUrlEncoded(`${"x".repeat(2_000)}=1`)),
    ]);
    expect(faults.map(({ kind, field }) => [kind, field])).toEqual([
      ["too-large", undefined],
      ["too-many", "c"],
      ["too-large", "b"],
      ["too-large", undefined],
    ]);
    const form = await readUrlEncoded("a=%41%42%43%44%45&b=€11", { limits: { maxFields: 2, maxFieldSize: 5 } });
    expect([...form.fields.values()]).toEqual([["ABCDE"], ["€11"]]);
  });

  test.each(["a=", "", "a=%F0%9F%98"])(
    "gives up on an endless pair that begins with %j long before the body limit",
    async (start) => {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(Buffer.from(start === "" || sent > 0 ? "%F0%9F%98".repeat(100) : start));
          sent += 1;
        },
      });
      const contentType = "application/x-www-form-urlencoded";
      const reading = readForm({ contentType, body, limits: { bodyLimit: 1e12, maxFieldSize: 10_000 } });
      expect((await faultOf(reading)).kind).toBe("too-large");
      expect(sent).toBeLessThan(50);
    },
  );
});
