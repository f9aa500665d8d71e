import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { Engine, type Counts } from "afterwork";
import sharp from "sharp";

import { aftermathOf, jobsOf, type Aftermath, type ShownJob } from "../crash/aftermath.ts";
import { kindsOf, type Kind } from "../crash/kinds.ts";
import { sendAll, type Order } from "../crash/orders.ts";
import { ServerProcess } from "../crash/server-process.ts";
import { crashHomeIn, describeStore, storeIn, type Home } from "../home.ts";
import { printer } from "../printer.ts";
import { NotVerified, type Scenario, type Tour } from "../tour.ts";

export const crash: Scenario = {
  title: "Accepted work survives kill -9 of the server",
  async run(tour) {
    const { postOffice, receiver } = tour.surroundings;
    const home = crashHomeIn(tour.surroundings.home);
    await mkdir(home.folder);
    const kinds = kindsOf(tour.surroundings, home.folder, await makePhoto());
    // Some arrive and are not acknowledged, so that the server is surely in the middle of them when it is killed.
    postOffice.receipts.closeAfter(12);
    receiver.answers.closeAfter(8);
    try {
      const orders = await acceptAndKill(tour, home, kinds);
      postOffice.receipts.open();
      receiver.answers.open();
      await restartAndVerify(tour, home, orders);
    } finally {
      postOffice.receipts.open();
      receiver.answers.open();
    }
  },
};

async function acceptAndKill(tour: Tour, home: Home, kinds: readonly Kind[]): Promise<readonly Order[]> {
  await using server = await ServerProcess.start(home);
  printer.line(`    A server in process ${server.pid}, with its jobs in ${describeStore(home)}`);
  const orders = await sendAll(server.url, kinds);
  const accepted = orders.every(({ status, answer }) => status < 300 && typeof answer.job === "string");
  tour.verify(
    `${orders.length} requests answered with 2xx and the id of a job`,
    accepted,
    orders.find(({ status }) => status >= 300),
  );

  await using onlooker = new Engine({ store: storeIn(home), tasks: [] });
  await untilInTheMiddle(tour, onlooker);
  await server.kill();
  printer.line(`    kill -9 ${server.pid}`);
  const { done, running, waiting } = summaryOf(await onlooker.counts());
  const text = `at that moment ${done} jobs had finished, ${running} were claimed, ${waiting} waited`;
  tour.verify(text, done > 0 && running > 0);
  return orders;
}

/** Resolves when some jobs have finished and others have had an effect without having finished. */
async function untilInTheMiddle({ surroundings }: Tour, onlooker: Engine): Promise<void> {
  const { postOffice, receiver } = surroundings;
  const deadline = performance.now() + 15_000;
  const isMiddle = async (): Promise<boolean> =>
    postOffice.receipts.waiting >= 3 && receiver.answers.waiting >= 3 && summaryOf(await onlooker.counts()).done >= 20;
  while (!(await isMiddle())) {
    if (performance.now() > deadline) throw new NotVerified("the server is in the middle of its jobs: not so");
    await sleep(10);
  }
}

function summaryOf({ statuses }: Counts): {
  readonly done: number;
  readonly running: number;
  readonly waiting: number;
} {
  const { succeeded, running, queued, waiting, retrying, scheduled } = statuses;
  return { done: succeeded, running, waiting: queued + waiting + retrying + scheduled };
}

async function restartAndVerify(tour: Tour, home: Home, orders: readonly Order[]): Promise<void> {
  const start = performance.now();
  await using server = await ServerProcess.start(home);
  printer.line(`    The server starts again, in process ${server.pid}`);
  const aftermath = await aftermathOf(server.url, orders);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const unfinished = aftermath.filter(({ status }) => status !== "succeeded");
  const text = `after ${seconds} s the jobs of all ${orders.length} requests have succeeded`;
  tour.verify(text, unfinished.length === 0, unfinished.map(tell));
  const missing = aftermath.filter(({ effects }) => effects === 0);
  tour.verify(`their effects are there: ${listed(aftermath)}`, missing.length === 0, missing.map(tell));

  const jobs = await jobsOf(server.url);
  const again = new Map(jobs.filter(({ attempt }) => attempt > 1).map((job) => [job.id, job]));
  const twice = aftermath.filter(({ effects }) => effects > 1);
  const explained = twice.length > 0 && twice.every(({ order }) => again.has(order.answer.job));
  tour.verify(
    `at least once: ${again.size} jobs were claimed again; ${listed(twice)} came twice`,
    explained,
    twice.map(tell),
  );
  const [example] = twice;
  if (example !== undefined) await showJob(tour, server.url, example.order.answer.job);
}

async function showJob(tour: Tour, url: string, id: string): Promise<void> {
  const start = performance.now();
  const response = await fetch(`${url}/jobs/${id}`);
  const job = (await response.json()) as ShownJob;
  const { status } = response;
  printer.request({ method: "GET", path: `/jobs/${id}`, status, ms: performance.now() - start });
  const [failure] = job.failures;
  const text = `${job.task} ${job.status} at attempt ${job.attempt}; the first: “${failure?.error.message}”`;
  tour.verify(text, job.status === "succeeded" && failure?.crashed === true, job);
}

function tell({ order, status, effects }: Aftermath): string {
  return `${order.kind.name} ${order.number}: ${status}, ${effects} times`;
}

/** Such as “30 mails, 20 webhooks”. */
function listed(aftermath: readonly Aftermath[]): string {
  const counts = new Map<string, number>();
  for (const { order } of aftermath) counts.set(order.kind.name, (counts.get(order.kind.name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "nothing";
}

async function makePhoto(): Promise<Blob> {
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  const create = { width: 600, height: 400, channels: 3, background: "gray", noise } as const;
  return new Blob([await sharp({ create }).jpeg().toBuffer()], { type: "image/jpeg" });
}
