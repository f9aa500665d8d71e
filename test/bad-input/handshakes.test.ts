import { depends, header, HTTPException, int, query, type BackgroundTasks } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "../behaviour/support/gate.ts";
import { handshake } from "./support/handshake.ts";
import { dial, exchange, startTrial, statusOf, type Trial } from "./support/trial.ts";

async function start(): Promise<Trial> {
  return startTrial(
    (app, notes) => {
      const scoped = depends.request(async function* ({ background }: { background: BackgroundTasks }) {
        background.always.addTask(() => void notes.push("always"));
        try {
          yield 1;
        } finally {
          notes.push("closed");
        }
      });
      const user = depends.guard({ scoped, xToken: header() }, ({ xToken }) => {
        if (xToken !== "secret") throw new HTTPException(401, "Invalid token", { "www-authenticate": "Bearer" });
        return xToken;
      });
      app.ws("/echo", async ({ socket }) => {
        for await (const message of socket)
          socket.send(typeof message === "string" ? message : `${message.length} bytes`);
      });
      app.ws("/guarded", { user, room: query(int) }, async ({ socket }) => socket.send("in"));
      app.ws("/rooms", { scoped, room: query(int) }, async ({ socket }) => socket.send("in"));
      app.get("/plain", { scoped }, ({ background }) => void background.addTask(() => void notes.push("task")));
      app.post("/posted", () => "posted");
    },
    { socketLimit: 1000 },
  );
}

/** What is sent, the status, and what is left when the connection is over. */
const refused: readonly (readonly [what: string, sent: string, status: number, notes: readonly string[]])[] = [
  ["without the token that its guard asks for", handshake("/guarded?room=1"), 422, []],
  ["with a wrong token", handshake("/guarded?room=1", ["X-Token: wrong"]), 401, ["always", "closed"]],
  ["with a good token and a bad room", handshake("/guarded?room=x", ["X-Token: secret"]), 422, ["always", "closed"]],
  ["without a room", handshake("/rooms"), 422, []],
  ["at a route for GET", handshake("/plain"), 400, []],
  ["at a route for POST", handshake("/posted"), 405, []],
  ["at no route", handshake("/none"), 404, []],
  ["with broken escapes", handshake("/%zz"), 404, []],
  ["with a host that is none", handshake("/echo").replace("Host: x", "Host: 999.999.999.999"), 400, []],
  ["as a POST", handshake("/rooms?room=1").replace("GET", "POST"), 400, []],
  ["in an old version", handshake("/rooms?room=1", [], 7), 400, []],
  ["without a key", handshake("/rooms?room=1", ["Sec-WebSocket-Key:"]), 400, []],
  ["with a key that is none", handshake("/rooms?room=1", ["Sec-WebSocket-Key: abc"]), 400, []],
];

describe("a handshake is refused", () => {
  test.each(refused)("%s", async (_what, sent, status, notes) => {
    const trial = await start();
    const received = await exchange(trial.port, sent);
    expect(statusOf(received)).toBe(status);
    await trial.expectAnswering();
    await expect.poll(() => trial.notes).toEqual(notes);
    await trial.app.idle();
    expect({ failures: trial.failures, lines: trial.lines, printed: trial.printed }).toEqual({
      failures: [],
      lines: [],
      printed: [],
    });
  });

  test("when its client has left before it, and what was opened for it is closed", async () => {
    const entered = makeGate();
    const left = makeGate();
    const trial = await startTrial((app, notes) => {
      const slow = depends.request(async function* ({ background }: { background: BackgroundTasks }) {
        background.addTask(() => void notes.push("task"));
        background.always.addTask(() => void notes.push("always"));
        entered.open();
        await left.passed;
        try {
          yield 1;
        } finally {
          notes.push("closed");
        }
      });
      app.ws("/", { slow }, () => void notes.push("handler"));
    });
    const socket = await dial(trial.port);
    socket.write(handshake("/"));
    await entered.passed;
    socket.resetAndDestroy();
    await new Promise((resolve) => void setTimeout(resolve, 50));
    left.open();
    await expect.poll(() => trial.notes).toEqual(["always", "closed"]);
    trial.notes.length = 0;
    await trial.expectUntouched();
  });

  test("with the headers of the refusal", async () => {
    const trial = await start();
    const received = await exchange(trial.port, handshake("/guarded?room=1", ["X-Token: wrong"]));
    expect(received).toMatch(/\r\nwww-authenticate: Bearer\r\n/);
  });
});
