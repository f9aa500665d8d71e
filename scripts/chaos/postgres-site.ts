import { setTimeout as wait } from "node:timers/promises";

import type { Place } from "../../test/support/places.ts";
import { PostgresServer } from "../../test/support/postgres-server.ts";
import { TcpProxy } from "../../test/support/tcp-proxy.ts";
import type { Random } from "./random.ts";
import type { Site } from "./site.ts";

const counted = { "fast restart": 0, "immediate restart": 0, "cut connections": 0, throttle: 0, "leave half-open": 0 };
type Trouble = keyof typeof counted;

const restarts = { "fast restart": 1, "immediate restart": 1 } as const;
const network = { "cut connections": 3, throttle: 2, "leave half-open": 2 } as const;

/** Between two restarts. */
const upMs = [5_000, 10_000] as const;
/** Between two troubles of the network. */
const calmMs = [500, 3_000] as const;
/** How long a trouble of the network that has a length goes on. */
const troubledMs = [300, 2_000] as const;
/** Some dozens of jobs in a second. */
const slowBytesPerSecond = 50_000;
/** Processes that were killed while their connections were half-open keep them until the next restart. */
const maxConnections = 400;

/** A server of the trial's own that is restarted again and again, behind a network that cannot be relied on. */
export class PostgresSite implements Site {
  readonly place: Place;
  readonly calmPlace: Place;
  readonly hasClock = true;
  readonly counts: Record<Trouble, number> = { ...counted };
  readonly #server: PostgresServer;
  readonly #proxy: TcpProxy;

  private constructor(server: PostgresServer, proxy: TcpProxy) {
    this.#server = server;
    this.#proxy = proxy;
    this.calmPlace = { kind: "postgres", url: server.url(), schema: "chaos" };
    this.place = { ...this.calmPlace, url: proxy.through(server.url()) };
  }

  static async open(): Promise<PostgresSite> {
    const server = await PostgresServer.start({ max_connections: maxConnections });
    return new PostgresSite(server, await TcpProxy.startFor(server.url()));
  }

  async trouble(random: Random, signal: AbortSignal): Promise<void> {
    await Promise.all([this.#restart(random, signal), this.#disturb(random, signal)]);
    await this.#proxy.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy.close();
    await this.#server[Symbol.asyncDispose]();
  }

  async #restart(random: Random, signal: AbortSignal): Promise<void> {
    while (await passed(random.between(...upMs), signal)) {
      const trouble = random.weighted(restarts);
      this.counts[trouble] += 1;
      await this.#server.restart(trouble === "fast restart" ? "fast" : "immediate");
    }
  }

  async #disturb(random: Random, signal: AbortSignal): Promise<void> {
    while (await passed(random.between(...calmMs), signal)) {
      const trouble = random.weighted(network);
      this.counts[trouble] += 1;
      if (trouble === "cut connections") this.#proxy.cut();
      else if (trouble === "throttle") this.#proxy.throttle(slowBytesPerSecond);
      else this.#proxy.stall();
      if (trouble !== "cut connections") await passed(random.between(...troubledMs), signal);
      // Those that were stalled stay half-open.
      await this.#proxy.heal();
    }
  }
}

/** `false`: the signal aborted before. */
async function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  return await wait(ms, true, { signal }).catch(() => false);
}
