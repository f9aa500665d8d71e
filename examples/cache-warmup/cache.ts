import { createClient } from "@redis/client";
import { depends, settings } from "afterwork";
import { z } from "zod";

const config = settings(z.object({ REDIS_URL: z.string().optional() }));

/** Text by key, for a while. */
export interface Cache extends AsyncDisposable {
  readonly kind: "memory" | "redis";
  get(key: string): Promise<string | null>;
  set(key: string, value: string, seconds: number): Promise<void>;
}

/** Redis where there is one; else this process's memory, for which nothing needs to be installed. */
export const cache = depends.app({ config }, async function* cache({ config }) {
  await using cache = config.REDIS_URL === undefined ? memoryCache() : await redisCache(config.REDIS_URL);
  yield cache;
});

async function redisCache(url: string): Promise<Cache> {
  const client = createClient({ url, socket: { connectTimeout: 2_000, reconnectStrategy: false } });
  client.on("error", (error: Error) => console.error("redis:", error.message));
  await client.connect();
  return {
    kind: "redis",
    get: (key) => client.get(key),
    set: async (key, value, seconds) => void (await client.set(key, value, { EX: seconds })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function memoryCache(): Cache {
  const entries = new Map<string, { readonly value: string; readonly until: number }>();
  return {
    kind: "memory",
    async get(key) {
      const entry = entries.get(key);
      return entry === undefined || entry.until < Date.now() ? null : entry.value;
    },
    async set(key, value, seconds) {
      entries.set(key, { value, until: Date.now() + seconds * 1_000 });
    },
    async [Symbol.asyncDispose]() {
      entries.clear();
    },
  };
}
