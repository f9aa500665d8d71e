import { App, request, response } from "afterwork";
import { afterwork } from "afterwork/hono";
import { Hono } from "hono";
import { expect, test } from "vitest";

const inputs = { request: request(), response: response() };

test("inputs may be named request and response where they are just that", async () => {
  const app = new App();
  app.get("/path", inputs, ({ request, response }) => {
    response.status = 201;
    return new URL(request.url).pathname;
  });
  const answer = await app.fetch(new Request("http://localhost/path"));
  expect([answer.status, await answer.json()]).toEqual([201, "/path"]);
});

test("the same for injected handlers", async () => {
  const work = afterwork();
  const app = new Hono();
  app.use(work.middleware);
  app.get(
    "/path",
    work.inject(inputs, ({ request }) => new URL(request.url).pathname),
  );
  expect(await (await app.request("/path")).json()).toBe("/path");
});
