import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FormError } from "../../../src/app/uploads/form-error.ts";
import { readForm } from "../../../src/app/uploads/multipart.ts";
import { file, megabyte, multipart, multipartType, useTestFolders } from "./form-samples.ts";

const folders = useTestFolders();
const running: { server?: ServerType; port: number; outcomes: Promise<unknown>[]; told?: () => void } = {
  port: 0,
  outcomes: [],
};

/** Resolves when the server has begun to read a form. */
function formBegun(): Promise<void> {
  return new Promise((resolve) => (running.told = resolve));
}

async function answer(request: Request): Promise<Response> {
  const contentType = request.headers.get("content-type") ?? "";
  const reading = readForm({ contentType, body: request.body, limits: { bodyLimit: megabyte } });
  running.outcomes.push(reading.catch((error: unknown) => error));
  running.told?.();
  try {
    const form = await reading;
    await form.remove();
    return new Response("taken");
  } catch (error) {
    return new Response(String(error), { status: error instanceof FormError ? 413 : 500 });
  }
}

beforeEach(async () => {
  running.outcomes = [];
  const server = serve({ fetch: answer, port: 0 });
  await once(server, "listening");
  running.server = server;
  running.port = (server.address() as AddressInfo).port;
});
afterEach(() => new Promise((closed) => running.server?.close(closed)));

function startUpload(contentLength: number): Socket {
  const socket = connect(running.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${multipartType}\r\nContent-Length: ${contentLength}\r\n\r\n`,
  );
  return socket;
}

test("a client that leaves in the middle of an upload leaves nothing behind", async () => {
  const body = multipart(file("f", "f.txt", "x".repeat(500_000)));
  const begun = formBegun();
  const socket = startUpload(body.length);
  socket.write(body.subarray(0, 200_000));
  await begun;
  await expect.poll(() => folders.leftovers().length).toBe(2);
  socket.destroy();
  const [outcome] = await Promise.all(running.outcomes);
  expect(outcome).toBeInstanceOf(Error);
  expect(outcome).not.toBeInstanceOf(FormError);
  expect(folders.leftovers()).toEqual([]);
});

test("a client that sends too much is told so", async () => {
  const body = multipart(file("f", "f.txt", "x".repeat(3 * megabyte)));
  const response = await fetch(`http://127.0.0.1:${running.port}/`, {
    method: "POST",
    headers: { "content-type": multipartType },
    body,
  });
  expect(response.status).toBe(413);
  expect(await response.text()).toContain("expected a body of at most 1048576 bytes");
  expect(folders.leftovers()).toEqual([]);
});
