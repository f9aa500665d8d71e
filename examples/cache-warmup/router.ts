/**
 * A login answers at once and warms the cache afterwards, so that the dashboard which the user opens next is there
 * already. The cache is Redis where `REDIS_URL` is set, else memory; neither handler nor task can tell.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { HTTPException, Router, body, cookie, depends, settings, task } from "afterwork";
import { z } from "zod";

import { cache, type Cache } from "./cache.ts";

const config = settings(z.object({ LOGIN_PASSWORD: z.string().min(8) }));

const cacheSeconds = 300;

/** Who is logged in, by token. */
const sessions = depends.app(() => new Map<string, string>());

const user = depends.guard({ session: cookie(z.string().optional()), sessions }, function user({ session, sessions }) {
  const name = session === undefined ? undefined : sessions.get(session);
  if (name === undefined) throw new HTTPException(401, "please log in");
  return name;
});

export const warmDashboard = task("warm-dashboard", { deps: { cache } }, async ({ cache }, user: string) => {
  await makeDashboard(cache, user);
});

export const router = new Router({ tags: ["cache warm-up"] });

router.post(
  "/login",
  { login: body(z.object({ user: z.string().min(1).max(64), password: z.string() })), config, sessions },
  { summary: "Log in" },
  ({ login, config, sessions, response, background }) => {
    if (!same(login.password, config.LOGIN_PASSWORD)) throw new HTTPException(401, "wrong user or password");
    const token = randomBytes(18).toString("base64url");
    sessions.set(token, login.user);
    response.cookie("session", token, { httpOnly: true, sameSite: "Lax" });
    background.addTask(warmDashboard, login.user);
    return { user: login.user };
  },
);

router.get("/dashboard", { user, cache }, { summary: "Your dashboard" }, async ({ user, cache, response }) => {
  const cached = await cache.get(keyOf(user));
  response.headers.set("x-cache", cached === null ? "miss" : `hit (${cache.kind})`);
  return JSON.parse(cached ?? (await makeDashboard(cache, user))) as unknown;
});

async function makeDashboard(cache: Cache, user: string): Promise<string> {
  await pause(100); // What a few slow queries take.
  const dashboard = JSON.stringify({ user, madeAt: new Date().toISOString(), widgets: ["orders", "messages"] });
  await cache.set(keyOf(user), dashboard, cacheSeconds);
  return dashboard;
}

function keyOf(user: string): string {
  return `afterwork-example:dashboard:${user}`;
}

/** Digests have one length, so the comparison tells nothing of where they differ. */
function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
