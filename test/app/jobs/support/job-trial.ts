import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine, jobRoutes, memory, task, type Job, type JobRoutesOptions, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { onTestFinished } from "vitest";

import { startTrial, type Trial } from "../../../bad-input/support/trial.ts";
import { makeGate, type Gate } from "../../../behaviour/support/gate.ts";

/** The stores that the routes are tried on. */
export type StoreName = "memory" | "sqlite";

/** A server with the routes of jobs under `/jobs`, and tasks to look at. */
export interface JobTrial extends Trial {
  readonly engine: Engine;
  /** A request below `/jobs`. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
  /** Returns what it is given, once `gate` is open. */
  echo(value: unknown): Promise<Job>;
  /** Fails with this message. */
  fail(message: string): Promise<Job>;
  /** Tells its progress and logs as often, each time when a step is open. Of several progresses at a time one is kept. */
  walk(steps: number): Promise<Job>;
  /** Ends when it is told to. */
  patient(): Promise<Job>;
  readonly gate: Gate;
  /** Lets `walk` go one step on. */
  readonly steps: readonly Gate[];
  readonly started: Promise<string>;
}

/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

export interface JobTrialOptions extends JobRoutesOptions {
  readonly store?: StoreName | Store;
  readonly work?: boolean;
}

export async function startJobTrial(options: JobTrialOptions = {}): Promise<JobTrial> {
  const { store = "memory", work = true, ...routes } = options;
  const gate = makeGate();
  const steps = Array.from({ length: 10 }, () => makeGate());
  const { promise: started, resolve } = Promise.withResolvers<string>();
  const echo = task("echo", { durable: true }, async ({ job }, value: unknown) => {
    resolve(job.id);
    await gate.passed;
    return value;
  });
  const fail = task("fail", { durable: true, retries: 0 }, (_context, message: string) => {
    throw new RangeError(message);
  });
  const walk = task("walk", { durable: true, queue: "walks" }, async ({ progress, log }, count: number) => {
    for (const [index, step] of steps.slice(0, count).entries()) {
      await step.passed;
      progress({ done: index + 1 });
      log.info(`step ${index + 1}`, { secret: "a token" });
    }
  });
  const patient = task("patient", { durable: true, timeout: "1m" }, async ({ job, signal }) => {
    resolve(job.id);
    await new Promise<void>((end) => signal.addEventListener("abort", () => end(), { once: true }));
    signal.throwIfAborted();
  });
  const engine = new Engine({ store: storeOf(store), tasks: [echo, fail, walk, patient], grace: "200ms" });
  const trial = await startTrial((app) => void app.include("/jobs", jobRoutes(engine, routes)), {
    engine,
    work,
    shutdown: { drain: "1s", grace: "1s" },
  });
  onTestFinished(() => {
    for (const one of [gate, ...steps]) one.open();
  });
  return {
    ...trial,
    engine,
    gate,
    steps,
    started,
    ask: async (path, init) => {
      const response = await fetch(`${trial.url}/jobs${path}`, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, json: text === "" ? undefined : JSON.parse(text) };
    },
    echo: (value) => engine.enqueue(echo, value),
    fail: (message) => engine.enqueue(fail, message),
    walk: (count) => engine.enqueue(walk, count),
    patient: () => engine.enqueue(patient),
  };
}

function storeOf(store: StoreName | Store): Store {
  if (typeof store !== "string") return store;
  if (store === "memory") return memory();
  const folder = mkdtempSync(join(tmpdir(), "afterwork-jobs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return sqlite(join(folder, "jobs.db"));
}
