import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { Cases } from "../case.ts";
import { playPath, type Client } from "../client.ts";

/** Longer than a server takes to see that a client has gone. */
const noticeMs = 250;

export const abortCases: Cases = [
  {
    name: "when the client leaves before the response, tasks run exactly once, as after a success",
    async run({ client }) {
      const run = await leavePatient(client);
      await client.release(run);
      const events = await client.until(run, "handler ends");
      const tasks = (await client.until(run, "task of success")).filter((event) => event.startsWith("task"));
      expect(tasks, events.join()).toEqual(["task of success"]);
    },
  },
  {
    name: "when the client leaves before the response, tasks wait for the end of the handler",
    async run({ client }) {
      const run = await leavePatient(client);
      expect(await client.events(run)).toEqual(["handler begins"]);
      await client.release(run);
      expect(await client.until(run, "task of success")).toEqual(["handler begins", "handler ends", "task of success"]);
    },
  },
  {
    name: "when the client leaves during a stream, it ends and its tasks run exactly once",
    async run({ client }) {
      const run = client.newRun();
      const request = client.begin(playPath(run, "endless"));
      const [response] = (await once(request, "response")) as [IncomingMessage];
      await once(response, "data");
      leave(request);
      await client.entryOf(run, "task");
      const events = (await client.until(run, "stream ends")).toSorted();
      expect(events).toEqual(["stream ends", "task"]);
    },
  },
];

/** Asks for the play `patient`, and leaves when its handler has begun. */
async function leavePatient(client: Client): Promise<string> {
  const run = client.newRun();
  const request = client.begin(playPath(run, "patient"));
  await client.entryOf(run, "handler begins");
  leave(request);
  await sleep(noticeMs);
  return run;
}

function leave(request: ClientRequest): void {
  request.on("error", () => {});
  request.destroy();
}
