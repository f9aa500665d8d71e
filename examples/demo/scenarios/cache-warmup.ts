import { randomUUID } from "node:crypto";

import type { Scenario } from "../tour.ts";

export const cacheWarmup: Scenario = {
  title: "A login warms the cache for the page that comes next",
  async run(tour) {
    // A name of its own, for a Redis may remember earlier tours.
    const login = { user: `ada-${randomUUID()}`, password: tour.surroundings.password };
    const { headers } = await tour.send("POST", "/login", { json: login, tasks: ["warm-dashboard"] });
    const cookie = headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const dashboard = await tour.send("GET", "/dashboard", { headers: { cookie } });
    const cache = dashboard.headers.get("x-cache") ?? "";
    const warm = cache.startsWith("hit") && dashboard.json.user === login.user;
    tour.verify(`the dashboard came from the cache: ${cache}`, warm, dashboard.json);
  },
};
