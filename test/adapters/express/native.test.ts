import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterwork } from "afterwork/express";
import { describe, expect, onTestFinished, test } from "vitest";

import { recordLog } from "../../behaviour/support/listen.ts";
import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { sessionOf } from "../session.ts";
import { listen, versions } from "./versions.ts";

describe.for(versions)("%s: an injected handler that answers by itself", ([, express]) => {
  test("has its function scope closed and its durable work stored first", async () => {
    const engine = new SwitchedEngine();
    const work = afterwork({ engine });
    const notes = new Notes();
    const folder = mkdtempSync(join(tmpdir(), "afterwork-express-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "page.txt"), "x".repeat(300_000));
    const app = express();
    const inputs = { session: sessionOf(notes) };
    app.get(
      "/file",
      work.inject(inputs, ({ background, native: { res } }) => {
        background.addTask(storedTask);
        res.sendFile("page.txt", { root: folder });
        return res;
      }),
    );
    app.get(
      "/redirect",
      work.inject(inputs, ({ background, native: { res } }) => {
        background.addTask(storedTask);
        res.redirect("/elsewhere");
      }),
    );
    app.get(
      "/tagged",
      work.inject(inputs, ({ background, native: { res } }) => {
        background.addTask(storedTask);
        res.set("etag", '"one"').json({ done: true });
      }),
    );
    const url = await listen(app);
    expect((await (await fetch(`${url}/file`)).text()).length).toBe(300_000);
    expect(engine.stored).toBe(1);
    const redirected = await fetch(`${url}/redirect`, { redirect: "manual" });
    expect([redirected.status, redirected.headers.get("location")]).toEqual([302, "/elsewhere"]);
    const unchanged = await fetch(`${url}/tagged`, {
      headers: { "if-none-match": '"one"', "cache-control": "max-age=0" },
    });
    expect([unchanged.status, await unchanged.text()]).toEqual([304, ""]);
    const head = await fetch(`${url}/tagged`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "13", ""]);
    expect(engine.stored).toBe(4);
    expect(notes.lines).toEqual(["commit", "commit", "commit", "commit"]);
  });

  test("gets 503 in the place of its file where the store is down", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const work = afterwork({ engine, log: recordLog().log });
    const app = express();
    app.get(
      "/",
      work.inject(({ background, native: { res } }) => {
        background.addTask(storedTask);
        res.sendFile(import.meta.filename);
        return res;
      }),
    );
    const response = await fetch(await listen(app));
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
  });
});
