import type { Replacement } from "../app/replacement.ts";
import type { ServableApp, Startable, WatchableWork } from "../app/servable-app.ts";
import { toMs, type Duration } from "../base/durations.ts";
import { newId } from "../base/ids.ts";
import { aBoolean, checkOptions, expected } from "../base/options.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { Engine } from "../engine/engine.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { JobDetails } from "../tasks/job.ts";
import type { ArgsOf } from "../tasks/work.ts";
import { CookieJar } from "./cookie-jar.ts";
import { DurableTrial } from "./durable-trial.ts";
import type { RecordedTask } from "./recorded-task.ts";
import { Recorder } from "./recorder.ts";
import { checkSocketInit, toRequest, type TestRequestInit } from "./request-init.ts";
import type { TestClock } from "./test-clock.ts";
import { raise } from "./raise.ts";
import { SocketRefusedError } from "./socket-refused-error.ts";
import { transportTo, type AdapterTestOptions, type TestClientOptions } from "./test-client-options.ts";
import { TestResponse } from "./test-response.ts";
import type { TestSocket } from "./test-socket.ts";
import type { Sent, Transport } from "./transport.ts";

/**
 * Calls an app without a socket, or another framework that an adapter serves, and waits for its tasks. Keeps cookies from one
 * call to the next.
 */
export class TestClient implements AsyncDisposable {
  readonly cookies: CookieJar = new CookieJar();
  readonly #app: Startable;
  readonly #transport: Transport;
  readonly #recorder: Recorder;
  readonly #headers: Headers;
  readonly #durable: DurableTrial | undefined;
  readonly #undo: (() => void)[] = [];
  /** Ids rise: those of all jobs that are made from now on are greater. */
  readonly #since = newId();
  #closed = false;

  /** @throws {InvalidOptionError} */
  constructor(app: ServableApp, options?: TestClientOptions);
  constructor(work: WatchableWork, options: AdapterTestOptions);
  constructor(tested: ServableApp | WatchableWork, options: TestClientOptions | AdapterTestOptions = {}) {
    this.#transport = transportTo(tested, options);
    this.#app = tested;
    this.#recorder = new Recorder(options);
    this.#headers = new Headers(options.headers);
    this.#durable = options.store === "own" ? undefined : durableTrialOf(tested);
  }

  /** The tasks that its requests have added so far, in order; those of tasks included. Empty in the mode `skip`. */
  get tasks(): RecordedTask[] {
    return this.#recorder.tasks;
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
    const { sent, errors } = await this.#send(method, path, init);
    try {
      return await TestResponse.read(sent.response);
    } finally {
      await sent.finish();
      await this.#drainDurable(errors);
      raise(errors);
    }
  }

  /**
   * Sends a request and returns the response as it comes, for bodies that are streamed. Its tasks run when `done` is
   * called, which stands for the end of the connection.
   */
  async stream(method: string, path: string, init: TestRequestInit = {}): Promise<StreamedResponse> {
    const { sent, errors } = await this.#send(method, path, init);
    const { response } = sent;
    const done = async (): Promise<void> => {
      if (response.body?.locked === false) await response.body.cancel();
      await sent.leave();
      await this.#drainDurable(errors);
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
    const headers = { upgrade: "websocket", connection: "upgrade", ...init.headers };
    const { sent, errors } = await this.#send("GET", path, { ...init, headers }, "upgrade");
    if (sent.socket !== undefined) return sent.socket;
    const refused = await TestResponse.read(sent.response);
    await sent.finish();
    raise(errors);
    throw new SocketRefusedError(refused);
  }

  /** Resolves when all work has been done, that of sockets and of streams included. */
  async settled(): Promise<void> {
    await this.#transport.settled();
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
      await this.#trial.advance(ms, this.#recorder.runs, errors);
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
    await this.#transport.close();
    await this.#app.idle();
    await this.#durable?.leave();
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo.length = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #trial(): DurableTrial {
    if (this.#durable !== undefined) return this.#durable;
    throw expected("TestClient", 'an app with an engine, and not { store: "own" }', undefined);
  }

  /** The response is over and its tasks have run: then the durable ones do, and what those have added. */
  async #drainDurable(errors: unknown[]): Promise<void> {
    const failed: unknown[] = [];
    if (this.#durable !== undefined && this.#recorder.runs) {
      while ((await this.#durable.drain(failed)) > 0) await this.#app.idle();
    }
    if (this.#recorder.raisesTaskErrors) errors.push(...failed);
    await this.#refresh();
  }

  async #raising<Value>(run: (errors: unknown[]) => Promise<Value>): Promise<Value> {
    const errors: unknown[] = [];
    const value = await run(errors);
    await this.#app.idle();
    if (this.#recorder.raisesTaskErrors) raise(errors);
    return value;
  }

  async #refresh(): Promise<void> {
    if (this.#durable !== undefined) await this.#recorder.refresh();
  }

  async #send(
    method: string,
    path: string,
    init: TestRequestInit,
    way: "send" | "upgrade" = "send",
  ): Promise<Underway> {
    await this.#app.start({ work: false });
    const headers = new Headers(this.#headers);
    if (this.cookies.header !== undefined) headers.set("cookie", this.cookies.header);
    const request = toRequest(method, path, init, { base: await this.#transport.open(), headers });
    const errors: unknown[] = [];
    try {
      const sent = await this.#transport[way](request, this.#recorder.observer(errors));
      this.cookies.take(sent.response.headers);
      return { sent, errors };
    } catch (error) {
      raise(errors);
      throw error;
    }
  }
}

/** A response whose body is still to be read. */
export interface StreamedResponse {
  readonly response: Response;
  /** Ends the connection and waits for the tasks. @throws what `request` throws. */
  done(): Promise<void>;
}

interface Underway {
  readonly sent: Sent;
  /** What it is to throw in the end. */
  readonly errors: unknown[];
}

/** The engine of an app, on a store for tests; `undefined` when it has none that could be run. */
function durableTrialOf({ engine }: Startable): DurableTrial | undefined {
  return engine instanceof Engine ? DurableTrial.join(engine) : undefined;
}
