import { requestObserverKey, type RequestObserver } from "../app/request/request-observer.ts";
import type { Replacement } from "../app/replacement.ts";
import { responseEndKey } from "../app/response/response-end.ts";
import { isApp, type ServableApp } from "../app/servable-app.ts";
import { socketUpgradeKey, type SocketUpgrade } from "../app/socket/socket-upgrade.ts";
import { toError } from "../base/errors.ts";
import { aBoolean, anObject, checkOptions, expected, oneOf } from "../base/options.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { CookieJar } from "./cookie-jar.ts";
import { MemoryEnd } from "./memory-end.ts";
import { RecordedTask } from "./recorded-task.ts";
import { checkSocketInit, toRequest, type TestRequestInit } from "./request-init.ts";
import { TestResponse } from "./test-response.ts";
import { TestSocket } from "./test-socket.ts";

/** How a test client treats an app. */
export interface TestClientOptions {
  /**
   * What becomes of in-process tasks: `run` runs them before a call returns; `record` shows them in `tasks` without
   * running them; `skip` does neither. Default `"run"`.
   */
  readonly mode?: "run" | "record" | "skip";
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
  readonly #undo: (() => void)[] = [];

  /** @throws {InvalidOptionError} */
  constructor(app: ServableApp, options: TestClientOptions = {}) {
    if (!isApp(app)) throw expected("TestClient", "an app", app);
    checkOptions("TestClient", options, {
      mode: oneOf("run", "record", "skip"),
      raiseTaskErrors: aBoolean,
      raiseServerErrors: aBoolean,
      headers: anObject,
    });
    this.#app = app;
    this.#options = options;
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
      await end.finish();
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
      await end.finish();
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
  settled(): Promise<void> {
    return this.#app.idle();
  }

  /** Puts something in the place of a dependency until the client is closed, or the function returned is called. */
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void {
    const undo = this.#app.override(dependency, replacement);
    this.#undo.push(undo);
    return undo;
  }

  /** Waits for all work and undoes the overrides. The app itself stays as it is, for other clients. */
  async close(): Promise<void> {
    await this.settled();
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo.length = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #send(method: string, path: string, init: TestRequestInit, environment: object = {}): Promise<Sent> {
    await this.#app.start();
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

/** A WebSocket handshake was refused; `response` says why. */
export class SocketRefusedError extends Error {
  override readonly name = "SocketRefusedError";
  readonly response: TestResponse;

  constructor(response: TestResponse) {
    super(`the handshake was refused with ${response.status}: ${response.text()}`);
    this.response = response;
  }
}

interface Sent {
  readonly response: Response;
  readonly end: MemoryEnd;
  readonly errors: readonly unknown[];
}

/** A client that has gone sees no response; the handler goes on, and its tasks run when it has finished. */
function untilAborted(sent: Response | Promise<Response>, signal: AbortSignal, end: MemoryEnd): Promise<Response> {
  const answering = Promise.resolve(sent);
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = (): void => {
      reject(toError(signal.reason));
      void answering.then(() => end.finish());
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
  return Promise.race([answering, aborted]);
}

function raise(errors: readonly unknown[]): void {
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} errors in one request and its tasks`);
  if (errors.length === 1) throw errors[0];
}
