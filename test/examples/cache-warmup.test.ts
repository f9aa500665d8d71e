import { randomUUID } from "node:crypto";

import { createClient } from "@redis/client";
import { expect, test, vi } from "vitest";

import { router } from "../../examples/cache-warmup/router.ts";
import { findRedis } from "./support/redis.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

const password = "correct horse";

async function logIn(example: RunningExample, user: string): Promise<string> {
  const response = await example.post("/login", { user, password });
  expect(response.status).toBe(200);
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("after the login the dashboard comes from the cache", async () => {
  vi.stubEnv("REDIS_URL", undefined);
  const example = await runExample(router, { LOGIN_PASSWORD: password });
  const cookie = await logIn(example, "ada");
  await example.untilEnded("warm-dashboard");
  const response = await fetch(`${example.url}/dashboard`, { headers: { cookie } });
  expect(response.headers.get("x-cache")).toBe("hit (memory)");
  expect(await response.json()).toMatchObject({ user: "ada", widgets: ["orders", "messages"] });
});

test("the warm dashboard lies in Redis, for a while, where there is one", async (context) => {
  const url = await findRedis();
  if (url === undefined) return context.skip("there is no Redis: set REDIS_URL, or install redis-server");
  const example = await runExample(router, { LOGIN_PASSWORD: password, REDIS_URL: url });
  const user = `ada-${randomUUID()}`;
  const cookie = await logIn(example, user);
  await example.untilEnded("warm-dashboard");
  const response = await fetch(`${example.url}/dashboard`, { headers: { cookie } });
  expect(response.headers.get("x-cache")).toBe("hit (redis)");

  const redis = await createClient({ url }).connect();
  const key = `afterwork-example:dashboard:${user}`;
  expect(JSON.parse((await redis.get(key)) ?? "null")).toEqual(await response.json());
  expect(await redis.ttl(key)).toBeGreaterThan(200);
  await redis.del(key);
  await redis.close();
});

test("a wrong password warms nothing, and without a login there is no dashboard", async () => {
  vi.stubEnv("REDIS_URL", undefined);
  const example = await runExample(router, { LOGIN_PASSWORD: password });
  expect((await example.post("/login", { user: "ada", password: "guessed it" })).status).toBe(401);
  expect((await fetch(`${example.url}/dashboard`)).status).toBe(401);
  expect((await fetch(`${example.url}/dashboard`, { headers: { cookie: "session=forged" } })).status).toBe(401);
  expect(example.ended).toEqual([]);
});
