import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import { aDuration, aPositiveDuration, toMs, type Duration } from "../../base/durations.ts";
import {
  anObject,
  checkOptions,
  expected,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../../base/options.ts";
import { findThreadModule } from "./thread-module-file.ts";
import { makeThreadModule, type ThreadModule } from "./thread-module.ts";
import { ThreadPool, type ThreadPoolLimits, type ThreadPoolState } from "./thread-pool.ts";

/** The options of {@link threads}. */
export interface ThreadsOptions {
  /** Default: one and a half times `os.availableParallelism()`, rounded up. */
  readonly maxThreads?: number;
  /** Threads that stay alive once the first call has started the pool. Default 0. */
  readonly minThreads?: number;
  /** How long a thread beyond `minThreads` waits for its next call. Default `"30s"`. */
  readonly idleTimeout?: Duration;
  /** Calls that may wait for a thread; one more rejects with `OverloadedError`. Default 10,000. */
  readonly maxQueue?: number;
  /** The timeout of every call, unless `with` gives another. Default: none. */
  readonly timeout?: Duration;
  /** Memory limits of each thread, in megabytes: a heap of at least 8, anything else of at least 1. @see https://nodejs.org/api/worker_threads.html#new-workerfilename-options */
  readonly resourceLimits?: ResourceLimits;
}

/** {@link threads}, and what can be asked of the modules it made. */
export interface Threads {
  /**
   * Makes the functions of a module run in a pool of worker threads of their own. Threads start with the first call,
   * and none keeps the process alive unless it runs one. `Module` is `typeof import("./the-module.ts")`.
   *
   * Where the `.ts` file isn't there, as in a built app, the `.js` file of the same name is used. A call rejects with
   * what the function threw: name, message, stack and own properties are kept, of classes the built-in ones.
   * With `THREAD_CRASHED` it rejects when the thread died, with `OVERLOADED` when the queue is full, and with
   * `INVALID_WORK` when there is no such function or something cannot be cloned. Arguments are cloned when a thread
   * takes the call.
   *
   * @throws {InvalidOptionError} for an unknown option or a wrong value.
   * @throws {AfterworkError} `INVALID_DEFINITION` when the file does not exist.
   * @example
   * const images = threads<typeof import("./image-tasks.ts")>(new URL("./image-tasks.ts", import.meta.url));
   * await images.compress.with({ timeout: "10s" })(source, target, 70);
   */
  <Module>(url: URL | string, options?: ThreadsOptions): ThreadModule<Module>;
  /** The pool's numbers now. */
  state(module: AsyncDisposable): ThreadPoolState;
  /**
   * Waits for the calls that were taken, queued ones included, then ends the threads. May be called twice; a call
   * after it rejects with `APP_CLOSED`.
   */
  close(module: AsyncDisposable): Promise<void>;
}

/** Below 3 MB of heap or 0.3 MB of stack it isn't the thread that dies while starting, but the process. */
const resourceSizes: OptionRules = {
  maxOldGenerationSizeMb: megabytes(8),
  maxYoungGenerationSizeMb: megabytes(1),
  codeRangeSizeMb: megabytes(1),
  stackSizeMb: megabytes(1),
};

const rules: OptionRules = {
  maxThreads: wholeNumber(1),
  minThreads: wholeNumber(0),
  idleTimeout: aDuration,
  maxQueue: wholeNumber(0),
  timeout: aPositiveDuration,
  resourceLimits: anObject,
};

const pools = new WeakMap<AsyncDisposable, ThreadPool>();

export const threads: Threads = Object.assign(defineThreads, {
  state: (module: AsyncDisposable) => poolOf(module, "threads.state()").state,
  close: (module: AsyncDisposable) => poolOf(module, "threads.close()").close(),
});

function defineThreads<Module>(url: URL | string, options: ThreadsOptions = {}): ThreadModule<Module> {
  const limits = toPoolLimits(options);
  const timeoutMs = options.timeout === undefined ? undefined : toMs(options.timeout, "threads(): timeout");
  const file = findThreadModule(url);
  const pool = new ThreadPool(file.name, limits);
  const module = makeThreadModule<Module>(file, pool, { timeoutMs });
  pools.set(module, pool);
  return module;
}

function toPoolLimits(options: ThreadsOptions): ThreadPoolLimits {
  checkOptions("threads()", options, rules);
  checkOptions("threads(): resourceLimits", options.resourceLimits ?? {}, resourceSizes);
  const { minThreads = 0, maxQueue = 10_000, idleTimeout = "30s", resourceLimits = {} } = options;
  const { maxThreads = Math.max(Math.ceil(availableParallelism() * 1.5), minThreads) } = options;
  if (minThreads > maxThreads)
    throw expected("threads(): minThreads", `at most maxThreads (${maxThreads})`, minThreads);
  return {
    minThreads,
    maxThreads,
    maxQueue,
    idleTimeoutMs: toMs(idleTimeout, "threads(): idleTimeout"),
    resourceLimits,
  };
}

function poolOf(module: AsyncDisposable, caller: string): ThreadPool {
  const pool = pools.get(module);
  if (pool === undefined) throw expected(caller, "what threads() has returned", module);
  return pool;
}

function megabytes(atLeast: number): OptionRule {
  return {
    expected: `a number of at least ${atLeast} (megabytes)`,
    accepts: (value) => typeof value === "number" && value >= atLeast && Number.isFinite(value),
  };
}
