import type { BackgroundOptions } from "../background/background-options.ts";
import type { DurablePort } from "../background/durable-port.ts";
import type { WorkOptions } from "../background/hosted-engine.ts";
import { aDuration, toMs, type Duration } from "../base/durations.ts";
import { aLog, type Log } from "../base/log.ts";
import {
  aBoolean,
  aFunction,
  anObject,
  checkOptions,
  oneOf,
  wholeNumber,
  type OptionRule,
  type OptionRules,
} from "../base/options.ts";
import { checkWorkOptions } from "../engine/engine-options.ts";
import type { RunTasks } from "./platform.ts";

/** What can be said of the work of requests, whether an app routes them or another framework. */
export interface HostOptions {
  /** Stores durable tasks. Without one, adding them throws. */
  readonly engine?: DurablePort;
  /**
   * The worker that `serve`, or an adapter, starts in this process for the engine's queues; `false`: none. Default: one that
   * runs 20 jobs at a time, of all queues.
   */
  readonly work?: boolean | WorkOptions;
  /** Limits of in-process tasks, and when they run. */
  readonly background?: BackgroundOptions & {
    /** Default `"after"`; on platforms that freeze with the response it must be said. */
    readonly run?: RunTasks;
  };
  /** The patience of a shutdown. */
  readonly shutdown?: ShutdownOptions;
  /** Where warnings and unheard errors go. Default: the console. */
  readonly log?: Log;
  /** The largest body in bytes, files apart; a larger one is answered 413. Default 1 MiB. */
  readonly bodyLimit?: number;
}

/** The largest body in bytes unless it is said. */
export const defaultBodyLimit: number = 1024 * 1024;

/** One budget for requests and tasks: `drain` to finish, then `grace` to react to their `signal`. */
export interface ShutdownOptions {
  /** Default `"20s"`. */
  readonly drain?: Duration;
  /** Default `"5s"`. */
  readonly grace?: Duration;
}

const aWork: OptionRule = {
  expected: "true, false or an object",
  accepts: (value) => aBoolean.accepts(value) || anObject.accepts(value),
};

const anEngine: OptionRule = {
  expected: "an engine",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    ["prepare", "store"].every((name) => aFunction.accepts((value as Record<string, unknown>)[name])),
};

/** `further`: the rules of what the owner takes beside. @throws {InvalidOptionError} */
export function checkHostOptions(owner: string, options: HostOptions, further: OptionRules = {}): void {
  checkOptions(owner, options, {
    engine: anEngine,
    work: aWork,
    background: anObject,
    shutdown: anObject,
    log: aLog,
    bodyLimit: wholeNumber(1),
    ...further,
  });
  checkOptions(`${owner}: shutdown`, options.shutdown ?? {}, { drain: aDuration, grace: aDuration });
  const { run } = options.background ?? {};
  checkOptions(`${owner}: background`, { run }, { run: oneOf("after", "before", "never") });
}

/** The patience of a shutdown in milliseconds. */
export interface ShutdownBudget {
  readonly drainMs: number;
  readonly graceMs: number;
}

/** @throws {InvalidOptionError} */
export function shutdownBudget(options: ShutdownOptions = {}): ShutdownBudget {
  return {
    drainMs: toMs(options.drain ?? "20s", "shutdown: drain"),
    graceMs: toMs(options.grace ?? "5s", "shutdown: grace"),
  };
}

/** What the app's worker is to be; `undefined`: none. @throws {InvalidOptionError} */
export function workOptions(work: boolean | WorkOptions = true): WorkOptions | undefined {
  if (typeof work === "boolean") return work ? {} : undefined;
  checkWorkOptions("App: work", work);
  return work;
}
