import { once } from "node:events";
import { Pool } from "pg";
import { ChildRole } from "../../child-process.ts";
import { tell } from "../../play-role.ts";
import type { Figures, PhaseFigures } from "../../figures.ts";
import { afterwork } from "../afterwork/contender.ts";
import { storeOn } from "../afterwork/store.ts";
import { settle } from "../databases.ts";
import { measuredWithServer } from "../measured-with-server.ts";
import { untilFinished } from "../peers/until-finished.ts";
import { part, type RoleSettings } from "../role.ts";
import { seriesOf } from "../series.ts";

/** How many worker processes work off the same database. */
const processCounts = [1, 2, 4] as const;

const queue = "default";

/** From the moment on when a queue that was paused goes on, until several worker processes have completed all that is in it. */
export async function measureDrainAcross(settings: RoleSettings): Promise<PhaseFigures> {
  const { urls, sizes } = settings;
  const [url = ""] = urls;
  await afterwork.install(url);
  const client = await afterwork.connect(url);
  const store = await storeOn(url);
  await store.open();
  const pool = new Pool({ connectionString: url, max: 1 });
  const figures: Record<string, Figures> = {};
  for (const count of processCounts) {
    await store.setQueue(queue, { paused: true });
    await client.enqueueMany(Array.from({ length: sizes.jobs }, (_, index) => index));
    await settle(pool);
    const workers = Array.from({ length: count }, () => new ChildRole(part("drain-part", settings)));
    await Promise.all(workers.map(({ ready }) => ready));
    figures[seriesOf("drain-across", String(count))] = await measuredWithServer(pool, {
      profile: undefined,
      run: async () => {
        await store.setQueue(queue, { paused: false });
        await untilFinished(() => unfinished(pool));
        return sizes.jobs;
      },
    });
    for (const worker of workers) worker.finish();
    await Promise.all(workers.map(({ result }) => result));
  }
  await client.close();
  await store.close();
  await pool.end();
  return figures;
}

/** Counting what has succeeded takes longer the more there is, so only what is left is looked at. */
async function unfinished(pool: Pool): Promise<number> {
  const left = "select exists (select from afterwork.ready) or exists (select from afterwork.claimed) as left";
  const { rows } = await pool.query<{ left: boolean }>(left);
  return rows[0]?.left === true ? 1 : 0;
}

/** One of these workers: it goes on until it is asked to finish. */
export async function drainPart({ urls: [url = ""] }: RoleSettings): Promise<void> {
  const worker = await afterwork.work(url, () => {});
  const finish = once(process, "message");
  tell({ type: "ready" });
  await finish;
  await worker.settled();
  await worker.stop();
}
