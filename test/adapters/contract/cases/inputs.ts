import { expect } from "vitest";

import type { Cases } from "../case.ts";
import type { Sending } from "../client.ts";

const ada = { name: "Ada", age: 36 };

export const inputCases: Cases = [
  {
    name: "an injected handler is given parts of the path, of the query and headers",
    async run({ client }) {
      const { status, text } = await client.send("/injected/item/7?tag=a&tag=b", { headers: { "x-token": "secret" } });
      expect([status, JSON.parse(text)]).toEqual([200, { id: 7, tags: ["a", "b"], token: "secret" }]);
    },
  },
  {
    name: "invalid input of an injected handler is answered 422, with all its faults",
    async run({ client }) {
      const { status, text } = await client.send("/injected/item/seven");
      const { detail } = JSON.parse(text) as { detail: readonly { loc: readonly string[] }[] };
      expect(status).toBe(422);
      expect(detail.map(({ loc }) => loc)).toEqual([
        ["path", "id"],
        ["header", "x-token"],
      ]);
    },
  },
  {
    name: "an injected handler is given a JSON body, and a misfit is answered 422",
    async run({ client }) {
      const { status, text } = await client.send("/injected/body", jsonOf(ada));
      expect([status, JSON.parse(text)]).toEqual([200, ada]);
      expect((await client.send("/injected/body", jsonOf({ name: "Ada" }))).status).toBe(422);
    },
  },
  {
    name: "a body of another media type is answered 415, one that is too large 413",
    async run({ client }) {
      const headers = { "content-type": "application/xml" };
      expect((await client.send("/injected/body", { method: "POST", headers, body: "<person/>" })).status).toBe(415);
      const large = jsonOf({ name: "a".repeat(1_200_000), age: 1 });
      expect((await client.send("/injected/body", large)).status).toBe(413);
    },
  },
  {
    name: "an injected handler is given the fields of a form",
    async run({ client }) {
      const { status, text } = await client.send("/injected/form", formOf(ada));
      expect([status, JSON.parse(text)]).toEqual([200, ada]);
      expect((await client.send("/injected/form", formOf({ name: "Ada" }))).status).toBe(422);
    },
  },
  {
    name: "a body that the framework has parsed is taken as it is",
    async run({ client }) {
      for (const [place, encode] of [
        ["body", jsonOf],
        ["form", formOf],
      ] as const) {
        const { status, text } = await client.send(`/parsed/${place}`, encode(ada));
        expect([status, JSON.parse(text)]).toEqual([200, ada]);
        expect((await client.send(`/parsed/${place}`, encode({ name: "Ada" }))).status).toBe(422);
      }
    },
  },
  {
    name: "an uploaded file is readable in a task",
    async run({ client }) {
      const run = client.newRun();
      const { status, text } = await client.inject(run, "upload", uploadOf("a letter"));
      expect([status, JSON.parse(text)]).toEqual([200, { filename: "letter.txt" }]);
      expect(await client.until(run, "task reads a letter")).toEqual(["task reads a letter"]);
    },
  },
  {
    name: "a guard answers before anything else is judged, the body included",
    async run({ client }) {
      const { status, text, headers } = await client.send("/injected/guarded/no-number", jsonOf({ no: "person" }));
      expect([status, text]).toEqual([401, '{"detail":"Invalid token"}']);
      expect(headers["www-authenticate"]).toBe("Bearer");
    },
  },
];

function jsonOf(value: object): Sending {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function formOf(fields: Readonly<Record<string, string | number>>): Sending {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", headers, body: body.toString() };
}

function uploadOf(text: string): Sending {
  const body = [
    "--limit",
    'content-disposition: form-data; name="paper"; filename="letter.txt"',
    "content-type: text/plain",
    "",
    text,
    "--limit--",
    "",
  ].join("\r\n");
  return { method: "POST", headers: { "content-type": "multipart/form-data; boundary=limit" }, body };
}
