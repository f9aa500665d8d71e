import {
  JobCancelledError,
  UnknownTaskError,
  type DurablePort,
  type Job,
  type JobStatus,
  type PreparedJob,
  type AppOptions,
  type HandlerContext,
} from "afterwork";
import { newId } from "../../src/base/ids.ts";
import { tryHandler, type Trial } from "./trial.ts";

/** One stored call. */
export interface StoredCall {
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A small place to store durable tasks in, which can be told to fail or to wait. */
export class MemoryPort implements DurablePort {
  /** The batches, in the order in which they were committed. */
  readonly batches: StoredCall[][] = [];
  readonly dropped: string[] = [];
  /** The only tasks it knows, if this is set. */
  known: readonly string[] | undefined;
  /** What a store waits for, or fails with. */
  commit: () => Promise<void> = () => Promise.resolve();
  readonly #calls = new Map<PreparedJob, PortJob>();

  prepare(task: Parameters<DurablePort["prepare"]>[0], args: readonly unknown[]): PreparedJob {
    if (this.known?.includes(task.name) === false) throw new UnknownTaskError(task.name);
    const job = new PortJob(task.name, args);
    const drop = (reason: Error): void => {
      this.dropped.push(`${task.name}: ${reason.message}`);
      job.drop(reason);
    };
    const prepared = { job, drop };
    this.#calls.set(prepared, job);
    return prepared;
  }

  async store(jobs: readonly PreparedJob[]): Promise<void> {
    const calls = jobs.map((prepared) => this.#calls.get(prepared)).filter((job) => job !== undefined);
    await this.commit();
    this.batches.push(calls.map(({ id, name, args }) => ({ id, name, args })));
    for (const call of calls) call.commit();
  }

  /** The names of all that was stored. */
  get names(): string[][] {
    return this.batches.map((batch) => batch.map(({ name }) => name));
  }
}

class PortJob implements Job {
  readonly id: string = newId();
  readonly name: string;
  readonly args: readonly unknown[];
  readonly #stored = Promise.withResolvers<void>();
  #status: JobStatus = "pending";

  constructor(name: string, args: readonly unknown[]) {
    this.name = name;
    this.args = args;
    this.#stored.promise.catch(() => {});
  }

  commit(): void {
    this.#status = "queued";
    this.#stored.resolve();
  }

  drop(reason: Error): void {
    this.#status = "cancelled";
    this.#stored.reject(new JobCancelledError(this.name, this.id, reason.message));
  }

  stored = (): Promise<void> => this.#stored.promise;
  status = (): Promise<JobStatus> => Promise.resolve(this.#status);
  result = (): Promise<never> => Promise.reject(new Error("nobody works here"));
  readonly deduplicated = false;
  read = (): Promise<never> => Promise.reject(new Error("nothing can be read here"));
  progress = (): Promise<undefined> => Promise.resolve(undefined);
  events = (): AsyncIterable<never> => (async function* () {})();
  toJSON = (): { id: string; name: string } => ({ id: this.id, name: this.name });
  cancel = (): Promise<"terminal"> => Promise.resolve("terminal");
}

/** The same as `tryHandler`, for an app with a port. */
export function tryDurable(
  handler: (context: HandlerContext) => unknown,
  options: AppOptions = {},
): Trial & { readonly port: MemoryPort } {
  const port = new MemoryPort();
  return { port, ...tryHandler(handler, { engine: port, ...options }) };
}
