import { App } from "afterwork";
import { TestClient } from "afterwork/testing";
import { expect, test } from "vitest";

const bytes = Uint8Array.of(0, 255, 10, 13);

test("bytes that a handler returns are sent as they are", async () => {
  const app = new App();
  app.get("/", () => bytes);
  app.get("/buffer", () => Buffer.from("hello"));
  const client = new TestClient(app);
  const response = await client.get("/");
  expect(response.bytes()).toEqual(bytes);
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  expect((await client.get("/buffer")).text()).toBe("hello");
});

test("bytes go with the status, the type and the cookies that the handler sets", async () => {
  const app = new App();
  app.get("/", ({ response }) => {
    response.status = 206;
    response.headers.set("content-type", "image/png");
    response.cookie("seen", "yes");
    return bytes;
  });
  const response = await new TestClient(app).get("/");
  expect([response.status, response.headers.get("content-type")]).toEqual([206, "image/png"]);
  expect(response.headers.getSetCookie()).toEqual(["seen=yes; Path=/"]);
});
