import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { depends, schedule, settings, task } from "afterwork";
import { z } from "zod";

const config = settings(z.object({ DATA_DIR: z.string().default("data"), SALES_MS: z.coerce.number().default(500) }));

/** Where sales come from: slow, and asked as seldom as possible. */
export const sales = depends.app({ config }, ({ config }) => ({
  async ofMonth(year: number, month: number): Promise<number> {
    await wait(config.SALES_MS);
    return year * 100 + month;
  },
}));

/** Code outside of steps runs again at every attempt; what a step has returned is remembered. */
export const reportYear = task(
  "report-year",
  { deps: { config, sales }, durable: true, retries: 5, timeout: "10m" },
  async ({ config, sales, step, sleep, progress, log }, year: number) => {
    const sums: number[] = [];
    for (let month = 1; month <= 12; month += 1) {
      const sum = await step(`month-${month}`, async () => {
        const sum = await sales.ofMonth(year, month);
        progress({ done: month, of: 12 });
        return sum;
      });
      sums.push(sum);
      if (month === 6) await sleep("let the source rest", "500ms"); // Holds no slot of the worker.
    }
    const total = sums.reduce((left, right) => left + right, 0);
    const folder = join(config.DATA_DIR, "years");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${year}.json`), JSON.stringify({ year, sums, total }));
    log.info(`the report of ${year} is written`);
    return { year, total };
  },
);

/** What it adds is stored with its own success. */
export const reportThisYear = task("report-this-year", { durable: true }, ({ background }) => {
  background.addTask(reportYear, new Date().getFullYear());
});

/** Whichever process is at work fires it, and only one does. A night at which none was is made up for. */
export const nightly = schedule(
  "nightly-report",
  { cron: "0 3 * * *", timeZone: "Europe/Berlin", missed: "one" },
  reportThisYear,
);
