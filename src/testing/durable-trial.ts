import { inspect, isDeepStrictEqual } from "node:util";

import { AfterworkError } from "../base/errors.ts";
import { isPlainObject } from "../base/options.ts";
import type { EngineInternals } from "../engine/engine-internals.ts";
import { Engine } from "../engine/engine.ts";
import { memory } from "../stores/memory/memory.ts";
import type { JobDetails } from "../tasks/job.ts";
import { faultOf } from "../tasks/plain-json.ts";
import { TestClock } from "./test-clock.ts";

/** Jobs can make jobs for ever: a drain that has not ended by then never will. */
const mostAttempts = 10_000;

/** The trials that are going on. */
const trials = new WeakMap<Engine, DurableTrial>();

/**
 * The durable side of test clients: the engine on a memory store of its own, and a clock that stands still. All clients of an
 * engine that are open share one.
 */
export class DurableTrial {
  readonly clock: TestClock = new TestClock();
  readonly #engine: Engine;
  readonly #inline: ReturnType<EngineInternals["inline"]>;
  readonly #undo: () => void;
  #draining: Promise<unknown> = Promise.resolve();
  #clients = 0;

  /** Joins the trial of this engine, or begins one. @throws {AfterworkError} when the engine works on its own store already. */
  static join(engine: Engine): DurableTrial {
    const trial = trials.get(engine) ?? new DurableTrial(engine);
    trials.set(engine, trial);
    trial.#clients += 1;
    return trial;
  }

  private constructor(engine: Engine) {
    const internals = Engine.internalsOf(engine);
    if (internals.isWorking) {
      throw new AfterworkError(
        "INVALID_DEFINITION",
        'TestClient: the engine works on its own store already; make the client before it does, or pass { store: "own" }',
      );
    }
    this.#engine = engine;
    this.#undo = internals.use(memory({ clock: this.clock }), this.clock);
    this.#inline = internals.inline();
  }

  /** Runs what is due, one after the other, and what becomes due by that. Adds the errors of jobs that failed for good. */
  drain(errors: unknown[]): Promise<number> {
    const draining = this.#draining.then(() => this.#drain(errors));
    this.#draining = draining.catch(() => {});
    return draining;
  }

  async #drain(errors: unknown[]): Promise<number> {
    const stop = this.#engine.on("jobFailed", ({ error }) => void errors.push(error));
    try {
      const attempts = await this.#inline.drain(mostAttempts);
      if (attempts >= mostAttempts) throw endless();
      return attempts;
    } finally {
      stop();
    }
  }

  /** Goes on to a later time, stopping wherever something becomes due to run it, if `runs`. */
  async advance(ms: number, runs: boolean, errors: unknown[]): Promise<void> {
    const end = this.clock.now() + ms;
    if (runs) await this.drain(errors);
    while (runs) {
      const next = await this.#inline.nextDueAt();
      if (next === undefined || next > end) break;
      this.clock.advance(Math.max(0, next - this.clock.now()));
      await this.drain(errors);
    }
    this.clock.advance(Math.max(0, end - this.clock.now()));
  }

  /** Runs everything there is, moving the clock to whatever is due next. */
  async drainAll(errors: unknown[]): Promise<number> {
    let attempts = await this.drain(errors);
    for (
      let next = await this.#inline.nextDueAt(false);
      next !== undefined;
      next = await this.#inline.nextDueAt(false)
    ) {
      if (attempts > mostAttempts) throw endless();
      this.clock.advance(Math.max(0, next - this.clock.now()));
      attempts += await this.drain(errors);
    }
    return attempts;
  }

  /** Every job that has been stored and was made after the one with the id `since`, oldest first. */
  async jobs(since: string): Promise<readonly JobDetails[]> {
    const all: JobDetails[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.#engine.jobs({ limit: 1_000, cursor });
      all.push(...page.jobs);
      if (page.cursor === undefined) return all.filter(({ id }) => id > since).toReversed();
      cursor = page.cursor;
    }
  }

  /** The first job since then of a task, with these first arguments. @throws {Error} that lists what there is instead. */
  async find(task: string, args: readonly unknown[], since: string): Promise<JobDetails> {
    const jobs = await this.jobs(since);
    const found = jobs.find((job) => job.task === task && job.args !== undefined && beginsWith(job.args, args));
    if (found !== undefined) return found;
    throw new Error(`expected ${callText(task, args)} to be enqueued, but ${listOf(jobs)}`);
  }

  /** One client less; with the last one it ends. */
  async leave(): Promise<void> {
    await this.#draining;
    this.#clients -= 1;
    if (this.#clients > 0) return;
    trials.delete(this.#engine);
    await this.#inline.close();
    this.#undo();
  }
}

/** What JSON leaves out counts for nothing: members that are `undefined`, as arguments at the end may be. */
function beginsWith(all: readonly unknown[], wanted: readonly unknown[]): boolean {
  return wanted.every((arg, index) => isDeepStrictEqual(withoutUndefined(all[index]), withoutUndefined(arg)));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutUndefined(member)]));
}

function endless(): AfterworkError {
  return new AfterworkError("INVALID_WORK", `drain: after ${mostAttempts} attempts there is still something to do`);
}

const mostListed = 20;

function listOf(jobs: readonly JobDetails[]): string {
  if (jobs.length === 0) return "nothing was";
  const lines = jobs.slice(0, mostListed).map(({ task, args, status }) => `  ${callText(task, args ?? [])}: ${status}`);
  const more = jobs.length > mostListed ? `\n  and ${jobs.length - mostListed} more` : "";
  return `these were:\n${lines.join("\n")}${more}`;
}

function callText(task: string, args: readonly unknown[]): string {
  return `${task}(${args.map(argText).join(", ")})`;
}

/** JSON where it is some: a codec takes more. */
function argText(arg: unknown): string {
  return faultOf(arg, longestArg) === undefined ? JSON.stringify(arg) : inspect(arg, { breakLength: Infinity });
}

const longestArg = 100_000;
