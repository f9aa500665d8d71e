import { isApp, isWatchableWork, type ServableApp, type WatchableWork } from "../app/servable-app.ts";
import { aBoolean, anObject, checkOptions, expected, oneOf, type OptionRules } from "../base/options.ts";
import { AppTransport } from "./app-transport.ts";
import type { TestTarget } from "./test-target.ts";
import type { Transport } from "./transport.ts";
import { WorkTransport } from "./work-transport.ts";

/** How a test client treats an app. */
export interface TestClientOptions {
  /**
   * What becomes of tasks: `run` runs them before a call returns, durable ones as far as they are due; `record` shows them
   * in `tasks` without running them; `skip` does neither. Default `"run"`.
   */
  readonly mode?: "run" | "record" | "skip";
  /**
   * Where durable tasks are stored while the client is open: in a memory store, where the client runs them, and which it
   * shares, with the clock, with other clients of the app; or in the engine's own store, for its workers. Default `"memory"`.
   */
  readonly store?: "memory" | "own";
  /** Throw the error of a failed task from the call whose request added it. Default true. */
  readonly raiseTaskErrors?: boolean;
  /** Throw an error of a handler that nobody has foreseen, instead of returning the 500. Default true. */
  readonly raiseServerErrors?: boolean;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a test client treats another framework that an adapter serves. */
export interface AdapterTestOptions extends TestClientOptions {
  /** How requests get there. */
  readonly target: TestTarget;
}

const rules: OptionRules = {
  mode: oneOf("run", "record", "skip"),
  store: oneOf("memory", "own"),
  raiseTaskErrors: aBoolean,
  raiseServerErrors: aBoolean,
  headers: anObject,
};

/** Told apart by the target. */
const adapterRules: OptionRules = { ...rules, target: { expected: "a target", accepts: () => true } };

/** Checks what a client is made with. @throws {InvalidOptionError} */
export function transportTo(
  tested: ServableApp | WatchableWork,
  options: TestClientOptions | AdapterTestOptions,
): Transport {
  if (isApp(tested)) {
    checkOptions("TestClient", options, rules);
    return new AppTransport(tested);
  }
  if (!isWatchableWork(tested)) throw expected("TestClient", "an app", tested);
  checkOptions("TestClient", options, adapterRules);
  return new WorkTransport(tested, (options as AdapterTestOptions).target);
}
