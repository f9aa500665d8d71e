import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeWith } from "../../support/service.ts";
import { bun, deno } from "./programs.ts";
import { runFixture, serveFixture, serviceOf } from "./run-fixture.ts";

/** Long enough for a signal that aborts late, with what ends the connection. */
const afterwardsMs = 100;

for (const program of [bun, deno]) {
  describeWith(serviceOf(program), `an app on ${program.name}`, () => {
    test("a handler's signal does not abort when its response was sent", async () => {
      const { client } = await serveFixture(program, "served");
      const [quick, stream] = [client.newRun(), client.newRun()];
      expect((await client.play(quick, "quick")).text).toBe('{"done":true}');
      expect((await client.play(stream, "stream")).text).toBe("one two");
      await sleep(afterwardsMs);
      expect(await client.until(quick, "task")).toEqual(["task"]);
      expect(await client.until(stream, "task of the stream")).toEqual(["last chunk", "task of the stream"]);
    });

    test("a handler's signal aborts when its client has gone, and its task runs when it has ended", async () => {
      const { client } = await serveFixture(program, "served");
      const run = client.newRun();
      const request = client.begin(`/plays/slow?run=${run}`);
      request.on("error", () => {});
      await client.entryOf(run, "handler begins");
      request.destroy();
      expect(await client.until(run, "task")).toEqual(["handler begins", "signal aborts", "handler ends", "task"]);
    });

    test("a task waits for middleware that takes its time, and puts another body in the place of the handler's", async () => {
      const { client } = await serveFixture(program, "served");
      const run = client.newRun();
      expect((await client.play(run, "lingering")).text).toBe("in the place of what the handler answered");
      expect(await client.until(run, "task")).toEqual(["middleware ends", "task"]);
    });

    test("a task runs in a thread", async () => {
      const child = runFixture(program, "threads");
      expect(await child.line(/^sum/)).toBe("sum 500500");
    });

    test("`serve` is refused with what serves there", async () => {
      const { client } = await serveFixture(program, "served");
      const { text } = await client.play(client.newRun(), "serve");
      expect(text).toContain(`expected Node, got ${program.name}`);
      expect(text).toContain(`${program.name}.serve`);
    });
  });
}
