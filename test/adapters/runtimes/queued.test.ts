import { connect } from "node:net";

import { expect, test } from "vitest";

import { describeWith } from "../../support/service.ts";
import { node22, node24, node26 } from "./programs.ts";
import { runFixture, serviceOf } from "./run-fixture.ts";

const requests = ["/first", "/second"].map((path) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join("");

for (const program of [node22, node24, node26]) {
  describeWith(serviceOf(program), `a request behind another of its connection, on ${program.name}`, () => {
    test("has its tasks run as after a success when the client leaves", async () => {
      const child = runFixture(program, "queued");
      const { port } = JSON.parse(await child.line(/^{"port":/)) as { readonly port: number };
      const socket = connect(port, "127.0.0.1", () => socket.write(requests));
      await child.line(/^handler ends/);
      socket.destroy();
      await child.line(/^commit|^roll back/);
      expect(child.lines.slice(1)).toEqual(["handler ends", "signal aborts", "task", "commit"]);
    });
  });
}
