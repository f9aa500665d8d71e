import { Client } from "pg";
import { quantile } from "../../../statistics.ts";
import type { Figures, PhaseFigures } from "../../figures.ts";
import { Claimer } from "../afterwork/claimer.ts";
import { afterwork } from "../afterwork/contender.ts";
import type { RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";

const batch = 10;
const warmupClaims = 10;

/**
 * Claims of ten in turn from a database where 400,000 jobs were claimed and settled while a transaction has had a snapshot open
 * from before, so that nothing of them can be cleaned away, and from an empty one.
 */
export async function measureOldSnapshot(settings: RoleSettings): Promise<PhaseFigures> {
  const { urls, sizes } = settings;
  const [clean = "", held = ""] = urls;
  for (const url of [clean, held]) await afterwork.install(url);
  const holder = await holdSnapshot(held);
  const total = sizes.smallClaims + warmupClaims;
  const cleanClaims = await TimedClaims.prepare(clean, { dead: 0, claims: total });
  const heldClaims = await TimedClaims.prepare(held, { dead: sizes.dead, claims: total });
  for (let turn = 0; turn < total; turn += 1) {
    const order = turn % 2 === 0 ? [cleanClaims, heldClaims] : [heldClaims, cleanClaims];
    for (const claims of order) await claims.takeOne();
  }
  for (const claims of [cleanClaims, heldClaims]) await claims.close();
  await holder.end();
  return {
    [seriesOf("old-snapshot", "clean")]: cleanClaims.figures,
    [seriesOf("old-snapshot", "held")]: heldClaims.figures,
  };
}

async function holdSnapshot(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("begin isolation level repeatable read");
  await client.query("select 1");
  return client;
}

/** Claims that are timed, and settled afterwards. */
class TimedClaims {
  readonly #claimer: Claimer;
  readonly #ms: number[] = [];

  private constructor(claimer: Claimer) {
    this.#claimer = claimer;
  }

  static async prepare(url: string, { dead, claims }: { dead: number; claims: number }): Promise<TimedClaims> {
    const claimer = await Claimer.open(url);
    await claimer.enqueue(dead);
    await claimer.run(dead);
    await claimer.enqueue(claims * batch);
    return new TimedClaims(claimer);
  }

  async takeOne(): Promise<void> {
    const start = performance.now();
    const claimed = await this.#claimer.claim(batch);
    this.#ms.push(performance.now() - start);
    await this.#claimer.settle(claimed);
  }

  get figures(): Figures {
    const ms = this.#ms.slice(warmupClaims);
    const sorted = ms.toSorted((a, b) => a - b);
    return {
      p50Ms: quantile(sorted, 0.5),
      meanMs: ms.reduce((sum, one) => sum + one, 0) / ms.length,
      mostMs: sorted.at(-1) ?? Number.NaN,
    };
  }

  close(): Promise<void> {
    return this.#claimer.close();
  }
}
