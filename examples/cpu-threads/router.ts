/**
 * Heavy computing goes to a pool of worker threads, so that other requests stay fast while it goes on. The client is
 * given the job's id and asks for the result later.
 */
import { availableParallelism } from "node:os";

import { HTTPException, Router, body, depends, path, threads, type LocalJob } from "afterwork";
import { z } from "zod";

/** One core is left to the event loop. */
const primes = threads<typeof import("./prime-work.ts")>(new URL("./prime-work.ts", import.meta.url), {
  maxThreads: Math.max(1, availableParallelism() - 1),
});

const maxJobs = 1_000;

/** The latest jobs. They live as long as somebody holds them. */
const jobs = depends.app(() => new Map<string, LocalJob<number>>());

export const router = new Router({ tags: ["CPU work in threads"] });

router.post(
  "/primes",
  { order: body(z.object({ limit: z.int().min(2).max(50_000_000) })), jobs },
  { status: 202, summary: "Count the primes up to a limit" },
  ({ order, jobs, background }) => {
    const job = background.addTask(primes.countPrimes, order.limit);
    for (const oldest of jobs.keys()) if (jobs.size >= maxJobs) jobs.delete(oldest);
    jobs.set(job.id, job);
    return { job: job.id };
  },
);

router.get(
  "/primes/:id",
  { id: path(z.uuid()), jobs },
  { summary: "How far a count is, and its result" },
  async ({ id, jobs }) => {
    const job = jobs.get(id);
    if (job === undefined) throw new HTTPException(404, "there is no such job");
    const status = job.status();
    return status === "succeeded" ? { status, primes: await job.result() } : { status };
  },
);

router.get("/ping", {}, { summary: "Answers at once, whatever else goes on" }, () => ({ pong: true }));
