import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResourceLimits } from "node:worker_threads";
import { Piscina, queueOptionsSymbol } from "piscina";
import { AfterworkError } from "../../base/errors.ts";
import { consoleLog } from "../../base/log.ts";
import type { ThreadCall } from "./thread-call.ts";
import type { ThreadAnswer } from "./thread-entry.ts";
import { crashed, readAnswer, whyUnanswered } from "./thread-outcome.ts";
import { ThreadQueue } from "./thread-queue.ts";

/** The measures of a {@link ThreadPool}. */
export interface ThreadPoolLimits {
  readonly maxThreads: number;
  readonly minThreads: number;
  readonly idleTimeoutMs: number;
  readonly maxQueue: number;
  readonly resourceLimits: ResourceLimits;
}

/** A pool's numbers at one moment. */
export interface ThreadPoolState {
  /** Threads alive, busy or idle. */
  readonly threads: number;
  readonly maxThreads: number;
  /** Calls that have a thread, or one that is just starting. */
  readonly running: number;
  /** Calls that wait for one. */
  readonly queued: number;
  readonly maxQueue: number;
  /** Calls that have returned since the start. */
  readonly completed: number;
  /** Calls that have ended in any other way: refused, thrown, timed out, aborted, crashed. */
  readonly failed: number;
}

const entryFile = fileURLToPath(new URL(`./thread-entry${extname(import.meta.url)}`, import.meta.url));
const entryFunction: keyof typeof import("./thread-entry.ts") = "answerCall";

/** `setTimeout` fires at once for anything longer. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The threads of one module, and the queue before them. Piscina is handed no more calls than it may have threads: its
 * own queue stands still when the thread it waits for is ended, and does not hold abortable calls to its limit.
 */
export class ThreadPool {
  readonly #name: string;
  readonly #limits: ThreadPoolLimits;
  readonly #queue: ThreadQueue;
  #threads: Piscina<unknown, ThreadAnswer> | undefined;
  #threadError: unknown;
  #completed = 0;
  #failed = 0;
  #closing: Promise<void> | undefined;

  constructor(name: string, limits: ThreadPoolLimits) {
    this.#name = name;
    this.#limits = limits;
    this.#queue = new ThreadQueue(name, limits.maxThreads, limits.maxQueue);
  }

  get state(): ThreadPoolState {
    return {
      threads: this.#threads?.threads.length ?? 0,
      maxThreads: this.#limits.maxThreads,
      running: this.#queue.inside.size,
      queued: this.#queue.waiting,
      maxQueue: this.#limits.maxQueue,
      completed: this.#completed,
      failed: this.#failed,
    };
  }

  /**
   * Runs a call as soon as a thread is free; calls start in the order they came.
   *
   * @throws {AfterworkError} `APP_CLOSED` after `close`.
   * @throws {OverloadedError} when the queue is full.
   */
  async run(call: ThreadCall): Promise<unknown> {
    try {
      if (this.#closing !== undefined) throw closed(call);
      await this.#queue.enter(call);
      const value = readAnswer(call, await this.#ask(call));
      this.#completed += 1;
      return value;
    } catch (error) {
      this.#failed += 1;
      throw error;
    } finally {
      call.release();
    }
  }

  /** Waits for the calls that were taken, then ends the threads. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#queue.drained().then(() => this.#threads?.destroy());
    return this.#closing;
  }

  async #ask(call: ThreadCall): Promise<ThreadAnswer> {
    try {
      return await this.#hand(call);
    } catch (error) {
      throw whyUnanswered(call, error);
    } finally {
      this.#queue.leave(call);
    }
  }

  #hand(call: ThreadCall): Promise<ThreadAnswer> {
    this.#threads ??= this.#start();
    try {
      return this.#threads.run({ ...call.request, [queueOptionsSymbol]: call }, { signal: call.signal });
    } catch (error) {
      // No thread can be made, as under Node's `--permission`. Piscina throws, and yet keeps the call for later.
      this.#threads = undefined;
      throw error;
    }
  }

  #start(): Piscina<unknown, ThreadAnswer> {
    const threads = new Piscina<unknown, ThreadAnswer>({
      filename: entryFile,
      name: entryFunction,
      minThreads: this.#limits.minThreads,
      maxThreads: this.#limits.maxThreads,
      idleTimeout: Math.min(this.#limits.idleTimeoutMs, longestTimerMs),
      resourceLimits: this.#limits.resourceLimits,
      recordTiming: false,
      // With atomics an idle thread sleeps outside its event loop: timers and sockets of the user's module would stand
      // still, and an error in one of them would strike the next call instead of the idle thread.
      atomics: "disabled",
      loadBalancer: (task, threads) => {
        const idle = threads.find((thread) => thread.currentUsage === 0) ?? null;
        if (idle !== null) (task[queueOptionsSymbol] as ThreadCall).begin();
        return idle;
      },
    });
    // Both events come before the calls that the thread had are rejected; the look around has to come after that.
    const lookAroundSoon = (): void => void setImmediate(() => this.#lookAround());
    threads.on("workerDestroy", lookAroundSoon);
    threads.on("error", (error: unknown) => {
      this.#threadError = error;
      lookAroundSoon();
    });
    return threads;
  }

  /** After a thread has ended: Piscina forgets the calls that waited for a thread which died while it was starting. */
  #lookAround(): void {
    const error = this.#threadError;
    this.#threadError = undefined;
    const { inside } = this.#queue;
    const orphanCount = inside.size - (this.#threads?.threads.length ?? 0);
    const orphans = [...inside].filter((call) => !call.begun).slice(0, Math.max(orphanCount, 0));
    for (const call of orphans) call.end(crashed(call, error ?? new Error("it could not start")));
    if (error !== undefined && orphans.length === 0) {
      consoleLog.error(`a thread of ${this.#name} died while it was idle`, { error });
    }
  }
}

function closed(call: ThreadCall): AfterworkError {
  return new AfterworkError("APP_CLOSED", `${call.name} was refused: the threads of its module have been closed`);
}
