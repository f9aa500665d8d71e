import { equal } from "node:assert/strict";
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LoadProcess } from "../../http/load-process.ts";
import { ServerProcess } from "../../http/server-process.ts";
import type { Server, Target } from "../../http/targets.ts";
import { verify } from "../../http/verify.ts";
import { seededRandom, shuffled } from "../../statistics.ts";
import type { Figures, PhaseFigures } from "../figures.ts";
import type { RoleSettings } from "../role.ts";
import { expectCounts } from "../roles/trial.ts";
import { isShared, openStore, type StoreChoice } from "../stores.ts";
import { measureToEnd, type LoadInput } from "./measure-to-end.ts";
import { storing, targets, working, type ServerSettings } from "./targets.ts";

/** Starts the servers, warms them up, and measures each route once. */
export async function measureHttp({ store, sizes, seed }: RoleSettings): Promise<PhaseFigures> {
  const load = new LoadProcess();
  const random = seededRandom(seed);
  const running: Running[] = [];
  const figures: Record<string, Figures> = {};
  try {
    for (const server of [working, storing]) running.push(await Running.start(server, store));
    const each = async (seconds: number, note: (target: Target, figures: Figures) => void): Promise<void> => {
      for (const target of shuffled(targets, random)) {
        const one = running.find(({ server }) => server.name === target.server);
        if (one !== undefined) note(target, await one.measure({ target, load, seconds }));
      }
    };
    for (const one of running) await one.verify();
    await each(sizes.httpWarmupSeconds, () => undefined);
    await each(sizes.httpSeconds, (target, one) => (figures[target.name] = one));
  } finally {
    load.close();
    await Promise.all(running.map((one) => one.stop()));
  }
  for (const one of running) await one.expectStored();
  return figures;
}

/** A server with a store of its own. */
class Running {
  readonly server: Server;
  readonly #process: ServerProcess;
  readonly #store: StoreChoice;
  /** How many requests with a durable task it has answered. */
  #durable = 0;

  private constructor(server: Server, process: ServerProcess, store: StoreChoice) {
    this.server = server;
    this.#process = process;
    this.#store = store;
  }

  static async start(server: Server, { folder, ...choice }: StoreChoice): Promise<Running> {
    const store = { ...choice, folder: join(folder, server.name) };
    await mkdir(store.folder);
    const settings: ServerSettings = { store, work: server === working };
    const told = { ...server, args: [JSON.stringify(settings)] };
    const process = await ServerProcess.start(told, { python: undefined });
    return new Running(server, process, store);
  }

  async verify(): Promise<void> {
    for (const target of targets) {
      if (target.server === this.server.name) await this.#counting(target, () => verify(this.#process, target));
    }
  }

  measure(input: Omit<LoadInput, "server">): Promise<Figures> {
    return this.#counting(input.target, () => measureToEnd({ server: this.#process, ...input }));
  }

  async #counting<Result>(target: Target, run: () => Promise<Result>): Promise<Result> {
    const before = await this.#process.sample();
    const result = await run();
    const after = await this.#process.sample();
    if (target.path.includes("durable")) this.#durable += after.handled - before.handled;
    return result;
  }

  async stop(): Promise<void> {
    await sleep(100); // what has just run is being settled
    await this.#process.stop();
  }

  /** @throws unless every request has left its one job, in the state that it should be in by now. */
  async expectStored(): Promise<void> {
    if (!isShared(this.#store)) return;
    const store = openStore(this.#store);
    await store.open();
    await expectCounts(store, { [this.server === working ? "succeeded" : "queued"]: this.#durable });
    const { jobs } = await store.list({ limit: 1 });
    equal(jobs[0]?.task, "record", "the task of the last job");
    await store.close();
  }
}
