import { body, depends, file, form } from "afterwork";
import { afterwork } from "afterwork/express";
import type { RequestHandler } from "express";
// @ts-expect-error It comes without types.
import multer from "multer";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { recordLog } from "../../behaviour/support/listen.ts";
import { Notes } from "../notes.ts";
import { answerWithMessage, listen, versions } from "./versions.ts";

const person = z.object({ name: z.string() });

function post(value: unknown, headers: Record<string, string> = { "content-type": "application/json" }): RequestInit {
  return { method: "POST", headers, body: JSON.stringify(value) };
}

describe.for(versions)("%s", ([, express]) => {
  test("what a parser has left is taken, what it has not read is read here", async () => {
    const work = afterwork();
    const app = express();
    app.use("/parsed", express.json({ reviver: (_key, value: unknown) => (value === "Ann" ? "Bob" : value) }));
    app.post(
      ["/parsed", "/unread"],
      work.inject({ person: body(person) }, ({ person }) => person),
    );
    const url = await listen(app);
    expect(await (await fetch(`${url}/parsed`, post({ name: "Ann" }))).json()).toEqual({ name: "Bob" });
    expect(await (await fetch(`${url}/unread`, post({ name: "Ann" }))).json()).toEqual({ name: "Ann" });
  });

  test("the empty object of a parser that had nothing to read is no body", async () => {
    const work = afterwork();
    const app = express();
    app.use(express.json());
    app.post(
      "/",
      work.inject({ person: body(person) }, ({ person }) => person),
    );
    const url = await listen(app);
    const nothing = await fetch(url, { method: "POST" });
    expect(await nothing.json()).toMatchObject({ detail: [{ type: "missing", loc: ["body"] }] });
    const empty = await fetch(url, post({}));
    expect(await empty.json()).toMatchObject({ detail: [{ type: "missing", loc: ["body", "name"] }] });
    expect((await fetch(url, post({ name: "Ann" }, { "content-type": "text/csv" }))).status).toBe(415);
  });

  test("fields are those of multer, but files can't be had from it", async () => {
    const work = afterwork();
    const app = express();
    app.use(multer().any() as RequestHandler);
    app.post(
      "/field",
      work.inject({ name: form() }, ({ name }) => name),
    );
    app.post(
      "/file",
      work.inject({ paper: file() }, () => expect.unreachable()),
    );
    app.use(answerWithMessage);
    const url = await listen(app);
    const sent = new FormData();
    sent.set("name", "Ann");
    sent.set("paper", new File(["text"], "paper.txt"));
    expect(await (await fetch(`${url}/field`, { method: "POST", body: sent })).json()).toBe("Ann");
    const refused = await fetch(`${url}/file`, { method: "POST", body: sent });
    expect(await refused.text()).toMatch(/leave multipart\/form-data unparsed on routes whose files are inputs/);
  });

  test("a body that was parsed, and can have had no file, lacks the file", async () => {
    const work = afterwork();
    const app = express();
    app.use(express.json(), express.urlencoded({ extended: false }));
    app.post(
      "/",
      work.inject({ name: form(), paper: file() }, () => expect.unreachable()),
    );
    app.use(answerWithMessage);
    const url = await listen(app);
    const fields: RequestInit = { method: "POST", body: new URLSearchParams({ name: "Ann" }) };
    for (const sent of [fields, post({ name: "Ann" })]) {
      const refused = await fetch(url, sent);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ detail: [{ type: "missing", loc: ["body", "paper"] }] });
    }
  });

  test("a client that leaves before its body is read keeps nobody waiting", async () => {
    const work = afterwork({ log: recordLog().log });
    const notes = new Notes();
    const app = express();
    const slow = depends.guard(async () => {
      notes.add("guard begins");
      await notes.until("closed");
    });
    app.use((req, _res, next) => {
      req.once("close", () => notes.add("closed"));
      next();
    });
    app.post(
      "/",
      work.inject({ slow, person: body(person) }, ({ person }) => person),
    );
    app.use(answerWithMessage);
    const leaving = new AbortController();
    const begun = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const init = { method: "POST", body: begun, duplex: "half", headers: { "content-type": "application/json" } };
    const sent = fetch(await listen(app), { ...init, signal: leaving.signal } as RequestInit);
    await notes.until("guard begins");
    leaving.abort();
    await expect(sent).rejects.toThrow();
    await notes.until("closed");
    expect(await work.close()).toEqual([]);
  });

  test("a body that somebody has read and not left is an error that says so", async () => {
    const work = afterwork();
    const app = express();
    app.use(
      (req, _res, next) =>
        void req
          .resume()
          .on("data", () => {})
          .on("end", next),
    );
    app.post(
      "/",
      work.inject({ person: body(person) }, () => expect.unreachable()),
    );
    app.use(answerWithMessage);
    const response = await fetch(await listen(app), post({ name: "Ann" }));
    expect(await response.text()).toMatch(/has been read before/);
  });
});
