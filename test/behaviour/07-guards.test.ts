import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App, body, depends, file, header, HTTPException, int, path } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { listen } from "./support/listen.ts";
import { RawConnection } from "./support/raw-connection.ts";

const ran: string[] = [];

const user = depends.guard({ token: header("x-token") }, ({ token, background }) => {
  background.always.addTask(() => void ran.push("access recorded"));
  background.addTask(() => void ran.push("never"));
  if (token !== "secret") throw new HTTPException(401, "Invalid token");
  return { name: "alice" };
});

const audit = depends(() => void ran.push("dependency"));

function guardedApp(): App {
  ran.length = 0;
  return new App()
    .post("/items/:id", { id: path(int), item: body(z.object({ name: z.string() })), user, audit }, ({ user }) => user)
    .post("/files/:id", { id: path(int), upload: file(), user, audit }, ({ user }) => user);
}

describe("7: bad token, bad path and bad body → 401 from the guard, no body read", () => {
  test("all three at once, and the guard's always-task knows", async () => {
    const server = await listen(guardedApp());
    const response = await fetch(`${server.url}/items/x`, {
      method: "POST",
      headers: { "x-token": "wrong", "content-type": "application/json" },
      body: "{ no json",
    });
    expect([response.status, await response.json()]).toEqual([401, { detail: "Invalid token" }]);
    await server.close();
    expect(ran).toEqual(["access recorded"]);
  });

  test.each([
    ["a chunked body", { "transfer-encoding": "chunked" }],
    ["a body of a gigabyte", { "content-length": String(2 ** 30) }],
    ["a body that waits for 100-continue", { "content-length": "100", expect: "100-continue" }],
  ])("the answer comes before %s is sent", async (_name, headers) => {
    const { port } = await listen(guardedApp());
    const connection = await RawConnection.open(port);
    const types = { "content-type": "application/json", "x-token": "wrong" };
    connection.request("POST", "/items/x", { ...types, ...headers });
    let response = await connection.response();
    if (response.status === 100) response = await connection.response();
    expect(response).toMatchObject({ status: 401, body: '{"detail":"Invalid token"}' });
  });

  test("a huge body that is being sent is not read on", async () => {
    const { port } = await listen(guardedApp());
    const connection = await RawConnection.open(port);
    const headers = { "content-type": "application/json", "x-token": "wrong", "transfer-encoding": "chunked" };
    connection.request("POST", "/items/1", headers);
    connection.socket.write(`100000\r\n${"x".repeat(0x10_0000)}\r\n`);
    expect((await connection.response()).status).toBe(401);
  });

  test("an anonymous upload is not spooled", async () => {
    const original = process.env["TMPDIR"];
    const folder = mkdtempSync(join(tmpdir(), "guards-test-"));
    process.env["TMPDIR"] = folder;
    onTestFinished(() => {
      if (original === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = original;
      rmSync(folder, { recursive: true });
    });
    const form = new FormData();
    form.append("upload", new File(["x".repeat(1_000_000)], "a.txt"));
    const server = await listen(guardedApp());
    const wrong = { method: "POST", headers: { "x-token": "wrong" }, body: form };
    expect((await fetch(`${server.url}/files/1`, wrong)).status).toBe(401);
    expect(readdirSync(folder)).toEqual([]);
    const right = { method: "POST", headers: { "x-token": "secret" }, body: form };
    expect((await fetch(`${server.url}/files/1`, right)).status).toBe(200);
  });

  test("a guard's own parameters are judged before anything else", async () => {
    const { url } = await listen(guardedApp());
    const response = await fetch(`${url}/items/x`, { method: "POST", body: "{" });
    const { detail } = (await response.json()) as { detail: { loc: unknown }[] };
    expect([response.status, detail.map(({ loc }) => loc)]).toEqual([422, [["header", "x-token"]]]);
    expect(ran).toEqual([]);
  });

  test("a good token, but bad path and body: both faults at once, and no other dependency runs", async () => {
    const server = await listen(guardedApp());
    const response = await fetch(`${server.url}/items/x`, {
      method: "POST",
      headers: { "x-token": "secret", "content-type": "application/json" },
      body: JSON.stringify({ name: 5 }),
    });
    const { detail } = (await response.json()) as { detail: { loc: unknown }[] };
    expect(response.status).toBe(422);
    expect(detail.map(({ loc }) => loc)).toEqual([
      ["path", "id"],
      ["body", "name"],
    ]);
    await server.close();
    expect(ran).toEqual(["access recorded"]);
  });

  test("a guard that would read the body is refused when defined", () => {
    const define = (): unknown => depends.guard({ item: body() }, () => {});
    expect(define).toThrow(/a guard runs before the body is read/);
  });
});
