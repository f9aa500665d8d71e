import { requestObserverKey, type RequestObserver } from "../app/request/request-observer.ts";
import type { Replacement } from "../app/replacement.ts";
import { responseEndKey } from "../app/response/response-end.ts";
import { isApp, type ServableApp } from "../app/servable-app.ts";
import { socketUpgradeKey, type SocketUpgrade } from "../app/socket/socket-upgrade.ts";
import { toMs, type Duration } from "../base/durations.ts";
import { newId } from "../base/ids.ts";
import { aBoolean, anObject, checkOptions, expected, oneOf } from "../base/options.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { Engine } from "../engine/engine.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { JobDetails } from "../tasks/job.ts";
import type { ArgsOf } from "../tasks/work.ts";
import { CookieJar } from "./cookie-jar.ts";
import { DurableTrial } from "./durable-trial.ts";
import { MemoryEnd } from "./memory-end.ts";
import { RecordedTask } from "./recorded-task.ts";
import { checkSocketInit, toRequest, type TestRequestInit } from "./request-init.ts";
import type { TestClock } from "./test-clock.ts";
import { raise } from "./raise.ts";
import { SocketRefusedError } from "./socket-refused-error.ts";
import { untilAborted } from "./until-aborted.ts";
import { TestResponse } from "./test-response.ts";
import { TestSocket } from "./test-socket.ts";

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

/** Calls an app without a socket, and waits for its tasks. Keeps cookies from one call to the next. */
export class TestClient implements AsyncDisposable {
  /** The tasks that its requests have added so far, in order; those of tasks included. Empty in the mode `skip`. */
  readonly tasks: RecordedTask[] = [];
  readonly cookies: CookieJar = new CookieJar();
  readonly #app: ServableApp;
  readonly #options: TestClientOptions;
  readonly #durable: DurableTrial | undefined;
  readonly #undo: (() => void)[] = [];
  /** Ids rise: those of all jobs that are made from now on are greater. */
  readonly #since = newId();
  #closed = false;

  /** @throws {InvalidOptionError} */
  constructor(app: ServableApp, options: TestClientOptions = {}) {
    if (!isApp(app)) throw expected("TestClient", "an app", app);
    checkOptions("TestClient", options, {
      mode: oneOf("run", "record", "skip"),
      store: oneOf("memory", "own"),
      raiseTaskErrors: aBoolean,
      raiseServerErrors: aBoolean,
      headers: anObject,
    });
    this.#app = app;
    this.#options = options;
    this.#durable = options.store === "own" ? undefined : durableTrialOf(app);
  }

  /** The time of durable tasks, which stands still; `advance` moves it on. */
  get clock(): TestClock {
    return this.#trial.clock;
  }

  get(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("GET", path, init);
  }

  head(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("HEAD", path, init);
  }

  post(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("POST", path, init);
  }

  put(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("PUT", path, init);
  }

  patch(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("PATCH", path, init);
  }

  delete(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("DELETE", path, init);
  }

  options(path: string, init?: TestRequestInit): Promise<TestResponse> {
    return this.request("OPTIONS", path, init);
  }

  /**
   * Sends a request, reads the response to its end, and waits for the tasks.
   *
   * @throws the error of a task that failed, and an error of the handler that nobody has foreseen, unless told not to;
   * an `AggregateError` when there is more than one.
   */
  async request(method: string, path: string, init: TestRequestInit = {}): Promise<TestResponse> {
    const { response, end, errors } = await this.#send(method, path, init);
    try {
      return new TestResponse(response, new Uint8Array(await response.arrayBuffer()));
    } finally {
      await this.#finish(end, errors);
      raise(errors);
    }
  }

  /**
   * Sends a request and returns the response as it comes, for bodies that are streamed. Its tasks run when `done` is
   * called, which stands for the end of the connection.
   */
  async stream(method: string, path: string, init: TestRequestInit = {}): Promise<StreamedResponse> {
    const { response, end, errors } = await this.#send(method, path, init);
    const done = async (): Promise<void> => {
      if (response.body?.locked === false) await response.body.cancel();
      await this.#finish(end, errors);
      raise(errors);
    };
    return { response, done };
  }

  /**
   * Opens a WebSocket.
   *
   * @throws {SocketRefusedError} with the response, when the handshake is refused.
   */
  async ws(path: string, init: Pick<TestRequestInit, "headers" | "query"> = {}): Promise<TestSocket> {
    checkSocketInit(path, init);
    let open: Parameters<SocketUpgrade>[1] | undefined;
    const upgrade: SocketUpgrade = (_context, accept) => {
      open = accept;
      return Promise.resolve(new Response());
    };
    const headers = { upgrade: "websocket", connection: "upgrade", ...init.headers };
    const { response, end, errors } = await this.#send(
      "GET",
      path,
      { ...init, headers },
      { [socketUpgradeKey]: upgrade },
    );
    if (open !== undefined) return new TestSocket(open);
    const refused = new TestResponse(response, new Uint8Array(await response.arrayBuffer()));
    await end.finish();
    raise(errors);
    throw new SocketRefusedError(refused);
  }

  /** Resolves when all work has been done, that of sockets and of streams included. */
  async settled(): Promise<void> {
    await this.#app.idle();
    await this.#drainDurable([]);
  }

  /**
   * Runs the durable tasks that are due, in whatever mode, and what becomes due by that; with `scheduled` those of later times
   * as well, the clock going on to each. Returns how many attempts there were.
   *
   * @throws the error of a task that failed for good, unless told not to.
   */
  async drain(options: { readonly scheduled?: boolean } = {}): Promise<number> {
    checkOptions("client.drain", options, { scheduled: aBoolean });
    await this.#app.start({ work: false });
    return this.#raising(async (errors) => {
      const trial = this.#trial;
      const attempts = options.scheduled === true ? await trial.drainAll(errors) : await trial.drain(errors);
      await this.#refresh();
      return attempts;
    });
  }

  /**
   * Moves the time of durable tasks on. In the mode `run` what becomes due on the way, by delays, retries and schedules, runs
   * at its time.
   *
   * @throws the error of a task that failed for good, unless told not to.
   */
  async advance(duration: Duration): Promise<void> {
    const ms = toMs(duration, "client.advance");
    await this.#app.start({ work: false });
    await this.#raising(async (errors) => {
      await this.#trial.advance(ms, this.#runs, errors);
      await this.#refresh();
    });
  }

  /** Every durable job that was stored since the client was made, oldest first. */
  jobs(): Promise<readonly JobDetails[]> {
    return this.#trial.jobs(this.#since);
  }

  /**
   * The first job of a durable task, with these first arguments if any are given, however it stands.
   *
   * @throws {Error} that lists what was enqueued instead.
   */
  assertEnqueued<W extends AnyTask>(task: W, ...args: Partial<ArgsOf<W>>): Promise<JobDetails> {
    return this.#trial.find(task.name, args, this.#since);
  }

  /** Puts something in the place of a dependency until the client is closed, or the function returned is called. */
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void {
    const undo = this.#app.override(dependency, replacement);
    this.#undo.push(undo);
    return undo;
  }

  /** Waits for all work and undoes the overrides. The app itself stays as it is, for other clients. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#app.idle();
    await this.#durable?.leave();
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo.length = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #runs(): boolean {
    return (this.#options.mode ?? "run") === "run";
  }

  get #trial(): DurableTrial {
    if (this.#durable !== undefined) return this.#durable;
    throw expected("TestClient", 'an app with an engine, and not { store: "own" }', undefined);
  }

  /** The response is over: its tasks run, then the durable ones, then what those have added. */
  async #finish(end: MemoryEnd, errors: unknown[]): Promise<void> {
    await end.finish();
    await this.#drainDurable(errors);
  }

  async #drainDurable(errors: unknown[]): Promise<void> {
    const failed: unknown[] = [];
    if (this.#durable !== undefined && this.#runs) {
      while ((await this.#durable.drain(failed)) > 0) await this.#app.idle();
    }
    if (this.#options.raiseTaskErrors !== false) errors.push(...failed);
    await this.#refresh();
  }

  async #raising<Value>(run: (errors: unknown[]) => Promise<Value>): Promise<Value> {
    const errors: unknown[] = [];
    const value = await run(errors);
    await this.#app.idle();
    if (this.#options.raiseTaskErrors !== false) raise(errors);
    return value;
  }

  async #refresh(): Promise<void> {
    if (this.#durable !== undefined) for (const recorded of this.tasks) await recorded.refresh();
  }

  async #send(method: string, path: string, init: TestRequestInit, environment: object = {}): Promise<Sent> {
    await this.#app.start({ work: false });
    const common = new Headers(this.#options.headers);
    if (this.cookies.header !== undefined) common.set("cookie", this.cookies.header);
    const request = toRequest(method, path, init, common);
    const end = new MemoryEnd();
    const errors: unknown[] = [];
    const observer = this.#observer(errors);
    const response = await untilAborted(
      this.#app.fetch(request, { ...environment, [responseEndKey]: end, [requestObserverKey]: observer }),
      request.signal,
      end,
    );
    this.cookies.take(response.headers);
    return { response, end, errors };
  }

  #observer(errors: unknown[]): RequestObserver {
    const { mode = "run", raiseTaskErrors = true, raiseServerErrors = true } = this.#options;
    const note = (error: unknown, raised: boolean): boolean => {
      if (raised) errors.push(error);
      return raised;
    };
    return {
      runs: mode === "run",
      onAdded: (job, args) => {
        if (mode !== "skip") this.tasks.push(new RecordedTask(job, args, mode === "run"));
      },
      onFailed: (job, error) => {
        const recorded = this.tasks.find((one) => one.job === job);
        if (recorded !== undefined) recorded.error = error;
        return note(error, raiseTaskErrors);
      },
      onRequestFailed: (error) => note(error, raiseServerErrors),
    };
  }
}

/** A response whose body is still to be read. */
export interface StreamedResponse {
  readonly response: Response;
  /** Ends the connection and waits for the tasks. @throws what `request` throws. */
  done(): Promise<void>;
}

interface Sent {
  readonly response: Response;
  readonly end: MemoryEnd;
  readonly errors: unknown[];
}

/** The engine of an app, on a store for tests; `undefined` when it has none that could be run. */
function durableTrialOf({ engine }: ServableApp): DurableTrial | undefined {
  return engine instanceof Engine ? DurableTrial.join(engine) : undefined;
}
