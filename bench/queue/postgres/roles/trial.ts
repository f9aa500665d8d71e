import { equal } from "node:assert/strict";
import { Pool } from "pg";
import { Runs } from "../../roles/runs.ts";
import { contenderOf } from "../contenders.ts";
import type { Client, Contender, Worker } from "../contender.ts";
import { settle } from "../databases.ts";
import type { RoleSettings } from "../role.ts";

/** A contender on a database of its own, and a function that does nothing but note that it ran. */
export class Trial {
  readonly client: Client;
  /** For questions of the benchmark itself. */
  readonly pool: Pool;
  readonly #contender: Contender;
  readonly #url: string;
  readonly #runs: Runs;
  /** Told of every start before anything else happens. */
  onStart: (index: number) => void = () => {};

  private constructor({ contender, urls: [url = ""], sizes }: RoleSettings, client: Client) {
    this.#contender = contenderOf(contender);
    this.#url = url;
    this.client = client;
    this.pool = new Pool({ connectionString: url, max: 1 });
    this.#runs = new Runs(Math.max(sizes.warmup + sizes.jobs, sizes.samples));
  }

  /** In an empty database. */
  static async start(settings: RoleSettings): Promise<Trial> {
    const { contender, urls } = settings;
    await contenderOf(contender).install(urls[0] ?? "");
    return Trial.join(settings);
  }

  /** In one where it has been installed. */
  static async join(settings: RoleSettings): Promise<Trial> {
    const { contender, urls } = settings;
    return new Trial(settings, await contenderOf(contender).connect(urls[0] ?? ""));
  }

  /** Stores jobs, from one index to before another, in batches. */
  async enqueueMany(from: number, to: number): Promise<number> {
    for (let first = from; first < to; first += this.client.batch) {
      const length = Math.min(this.client.batch, to - first);
      await this.client.enqueueMany(Array.from({ length }, (_, index) => first + index));
    }
    return to - from;
  }

  work(): Promise<Worker> {
    return this.#contender.work(this.#url, (index) => this.#note(index));
  }

  /** Starts a worker and has it run everything that is stored, until so many different jobs have run in all. */
  async drain(jobs: number): Promise<Worker> {
    const all = this.ran(jobs);
    const worker = await this.work();
    await all;
    await worker.settled();
    return worker;
  }

  /** Resolves when so many different jobs have run. */
  ran(jobs: number): Promise<void> {
    return this.#runs.reach(jobs);
  }

  /** @throws unless each of so many jobs has run once, and is complete. */
  async expectAllDone(jobs: number): Promise<void> {
    this.#runs.expectOnce(jobs);
    await this.expectUnfinished(0);
  }

  /** @throws unless so many jobs are stored and not complete. */
  async expectUnfinished(jobs: number): Promise<void> {
    equal(await this.client.unfinished(), jobs, "jobs that are not complete");
  }

  /** So that nothing is paid for that was done before. */
  rest(): Promise<void> {
    return settle(this.pool);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.pool.end();
  }

  #note(index: number): void {
    this.onStart(index);
    this.#runs.note(index);
  }
}
