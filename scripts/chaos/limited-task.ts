import { task, type Engine, type Task } from "afterwork";

import { ledger, recorded, type Returned } from "./recorded.ts";
import { rate } from "./tasks.ts";

/** At most so many starts in any window. It asks the store when it was started, for it is the store's clock that counts. */
export function limitedTask(engine: () => Engine): Task<[number], Returned, true> {
  return task(
    "limited",
    { durable: true, retries: 10_000, backoff: 5, rateLimit: { limit: rate.limit, per: rate.perMs } },
    (context, value: number) =>
      recorded(context, "limited", async (run) => {
        const { startedAt, attempt } = await engine().job(context.job.id).read();
        if (startedAt !== undefined && attempt === context.attempt) {
          ledger.note({ what: "claimed", run, id: context.job.id, startedAt: startedAt.getTime() });
        }
        return value;
      }),
  );
}
