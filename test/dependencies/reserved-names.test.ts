import { App, Router, depends, query, request, response, task } from "afterwork";
import { expect, test } from "vitest";
import { reservedNames } from "../../src/dependencies/reserved-names.ts";
import { ask } from "./ask.ts";

const value = depends(() => 1);

test.each(reservedNames)("%s is no name for an input, wherever inputs are named", (name) => {
  const inputs = { [name]: value } as never;
  const message = new RegExp(`→ ${name}: the name "${name}" belongs to the context; choose another$`);
  expect(() => depends(inputs, function outer() {})).toThrow(message);
  expect(() => depends.app({ [name]: depends.app(() => 1) } as never, function outer() {})).toThrow(message);
  expect(() => task("audit", { deps: inputs }, () => {})).toThrow(message);
  expect(() => new App().get("/", inputs, () => {})).toThrow(message);
  expect(() => new App().ws("/", inputs, () => {})).toThrow(message);
  expect(() => new App().include(new Router({ inputs }).get("/", () => {}))).toThrow(message);
  expect(() => new App({ inputs }).get("/", () => {})).toThrow(message);
});

test("the message has the path to the name", () => {
  const inner = { inputs: { log: value } };
  expect(() => depends(inner.inputs as never, function outer() {})).toThrow(/^outer → log: /);
  expect(() => new App().post("/items", { job: value } as never, () => {})).toThrow(/^POST \/items → job: /);
});

test("request and response may be called so where they are just that", async () => {
  const app = new App();
  const address = depends({ request: request(), response: response() }, ({ request, response }) => {
    response.headers.set("x-seen", "yes");
    return new URL(request.url).pathname;
  });
  app.get("/here", { address }, ({ address }) => address);
  const answer = await ask(app, "/here");
  expect([answer.body, answer.headers.get("x-seen")]).toEqual(["/here", "yes"]);
});

test("another parameter may not be called request", () => {
  expect(() => depends({ request: query() } as never, () => {})).toThrow(/the name "request" belongs to the context/);
  expect(() => depends({ response: request() } as never, () => {})).toThrow(/"response" belongs to the context/);
});

test("request and response may have other names", async () => {
  const app = new App();
  app.get("/", { incoming: request() }, ({ incoming, request }) => incoming === request);
  expect(await ask(app)).toMatchObject({ body: true });
});
