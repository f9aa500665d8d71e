import type { Figures, PhaseFigures } from "../../figures.ts";
import { Claimer } from "../afterwork/claimer.ts";
import { afterwork } from "../afterwork/contender.ts";
import { pagesRead, withoutAutovacuum } from "../buffers.ts";
import { connected, settle } from "../databases.ts";
import type { RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";

const batch = 200;

/** Fills an empty database with jobs of the same queue that are scheduled, finished and failed, a third each. */
export async function fillWithOthers({ urls: [url = ""], sizes }: RoleSettings): Promise<number> {
  await afterwork.install(url);
  const third = Math.ceil(sizes.others / 3);
  const claimer = await Claimer.open(url);
  await claimer.enqueue(third, "later");
  for (const kind of ["succeeded", "failed"] as const) {
    await claimer.enqueue(third);
    await claimer.run(third, kind);
  }
  await claimer.close();
  await connected(url, settle);
  return 3 * third;
}

/** The pages that a claim of 200 jobs looks at, in an empty database and in one with many others; without settling. */
export async function measureClaims({ urls: [empty = "", full = ""], sizes }: RoleSettings): Promise<PhaseFigures> {
  await afterwork.install(empty);
  return {
    [seriesOf("claims", "empty")]: await countPages(empty, sizes.claims),
    [seriesOf("claims", "full")]: await countPages(full, sizes.claims),
  };
}

async function countPages(url: string, claims: number): Promise<Figures> {
  const preparing = await Claimer.open(url);
  await preparing.enqueue(claims * batch);
  await preparing.close();
  await connected(url, async (pool) => {
    await settle(pool);
    await withoutAutovacuum(pool);
  });
  const pages = await connected(url, async (pool) => {
    const before = await pagesRead(pool);
    await claimAll(url, claims);
    return (await pagesRead(pool)) - before;
  });
  return { buffers: pages / (claims * batch) };
}

async function claimAll(url: string, claims: number): Promise<void> {
  const claimer = await Claimer.open(url);
  for (let claim = 0; claim < claims; claim += 1) await claimer.claim(batch);
  await claimer.close();
}
