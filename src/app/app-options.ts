import type { BackgroundOptions } from "../background/background-options.ts";
import type { DurablePort } from "../background/durable-port.ts";
import type { WorkOptions } from "../background/hosted-engine.ts";
import { checkWorkOptions } from "../engine/engine-options.ts";
import { aDuration, toMs, type Duration } from "../base/durations.ts";
import { aLog, type Log } from "../base/log.ts";
import {
  aBoolean,
  aFunction,
  anObject,
  aString,
  checkOptions,
  expected,
  oneOf,
  wholeNumber,
  type OptionRule,
} from "../base/options.ts";
import type { Inputs, NoReservedNames } from "../dependencies/inputs.ts";
import type { RunTasks } from "./platform.ts";

/** The options of an app. */
export interface AppOptions<Shared extends Inputs = {}> {
  /** Stores durable tasks. Without one, adding them throws. */
  readonly engine?: DurablePort;
  /**
   * The worker that `serve`, or an adapter, starts in this process for the engine's queues; `false`: none. Default: one that
   * runs 20 jobs at a time, of all queues.
   */
  readonly work?: boolean | WorkOptions;
  /** Inputs that every handler receives, resolved before its own. */
  readonly inputs?: Shared & NoReservedNames<Shared>;
  /** Limits of in-process tasks, and when they run. */
  readonly background?: BackgroundOptions & {
    /** Default `"after"`; on platforms that freeze with the response it must be said. */
    readonly run?: RunTasks;
  };
  /** The patience of a shutdown. */
  readonly shutdown?: ShutdownOptions;
  /** Where warnings and unheard errors go. Default: the console. */
  readonly log?: Log;
  /** The title of the documentation. Default `"Afterwork"`. */
  readonly title?: string;
  /** The version of the API. Default `"0.1.0"`. */
  readonly version?: string;
  /** What the documentation says of the API as a whole. */
  readonly description?: string;
  /** The largest body in bytes, files apart; a larger one is answered 413. Default 1 MiB. */
  readonly bodyLimit?: number;
  /** `/docs` and `/openapi.json`. `false` leaves both out. */
  readonly docs?: boolean | DocsOptions;
}

/** One budget for requests and tasks: `drain` to finish, then `grace` to react to their `signal`. */
export interface ShutdownOptions {
  /** Default `"20s"`. */
  readonly drain?: Duration;
  /** Default `"5s"`. */
  readonly grace?: Duration;
}

/** Where the documentation is served. */
export interface DocsOptions {
  /** The page. Default `"/docs"`. */
  readonly path?: string;
  /** The document. Default `"/openapi.json"`. */
  readonly openapi?: string;
}

/** Where the documentation is served unless it is said. */
export const defaultDocs: Required<DocsOptions> = { path: "/docs", openapi: "/openapi.json" };

const aDocs: OptionRule = {
  expected: "true, false or an object",
  accepts: (value) => aBoolean.accepts(value) || anObject.accepts(value),
};

const aPath: OptionRule = {
  expected: 'a path that begins with "/" and does not end with one',
  accepts: (value) => typeof value === "string" && /^\/.*[^/]$/.test(value),
};

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

/** @throws {InvalidOptionError} */
export function checkAppOptions(options: AppOptions<never>): void {
  checkOptions("App", options, {
    engine: anEngine,
    work: aWork,
    inputs: anObject,
    background: anObject,
    shutdown: anObject,
    log: aLog,
    title: aString,
    version: aString,
    description: aString,
    bodyLimit: wholeNumber(1),
    docs: aDocs,
  });
  checkOptions("App: shutdown", options.shutdown ?? {}, { drain: aDuration, grace: aDuration });
  const { run } = options.background ?? {};
  checkOptions("App: background", { run }, { run: oneOf("after", "before", "never") });
  if (typeof options.docs === "object") checkDocs(options.docs);
}

function checkDocs(docs: DocsOptions): void {
  checkOptions("App: docs", docs, { path: aPath, openapi: aPath });
  const { path, openapi } = { ...defaultDocs, ...docs };
  if (path === openapi) throw expected("App: docs", "path and openapi to differ", path);
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
