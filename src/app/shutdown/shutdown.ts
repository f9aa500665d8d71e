import type { Server as HttpServer } from "node:http";

import { systemClock } from "../../base/clock.ts";
import type { Startable } from "../servable-app.ts";

/** What is shut down together. */
export interface ShutdownParts {
  readonly app: Startable;
  readonly http: HttpServer;
  /** Stops listening, where `http.close` has been given another meaning. */
  readonly stop?: (onClosed: () => void) => unknown;
  /** Ends the WebSockets that are still open when requests had their time. */
  readonly endSockets?: () => void;
}

/** A kept-alive connection that has just become idle is noticed this soon. */
const idleCheckMs = 25;

/** What was upgraded to another protocol a server can't cut, but it waits for it: no longer than this. */
const upgradedMs = 100;

/** The stops of the servers of an app. */
const stops = new WeakMap<Startable, Set<Shutdown>>();

/**
 * One graceful stop: requests first, then tasks, then `app` scope, all within the app's budget. Of an app with several
 * servers, tasks and scope end with the last of them.
 */
export class Shutdown {
  readonly #parts: ShutdownParts;
  readonly #hurry = new AbortController();
  readonly #siblings: Set<Shutdown>;
  #isServing = true;
  #running: Promise<readonly string[]> | undefined;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
    this.#siblings = stops.get(parts.app) ?? new Set();
    stops.set(parts.app, this.#siblings.add(this));
  }

  /** Starts it, or joins it. Returns the names of abandoned tasks; none where another server of the app goes on. */
  run(): Promise<readonly string[]> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** The same for all servers of the app, because the process ends. */
  async runAll(): Promise<readonly string[]> {
    const all = new Set(this.#siblings).add(this);
    return (await Promise.all([...all].map((one) => one.run()))).flat();
  }

  /** Nobody wants to wait any longer. */
  hurry(): void {
    this.#hurry.abort();
  }

  async #run(): Promise<readonly string[]> {
    const { app } = this.#parts;
    const { drainMs, graceMs } = app.shutdownBudget;
    const start = performance.now();
    this.#isServing = false;
    if (!this.#hasSibling((one) => one.#isServing && one.#parts.http.listening)) app.beginShutdown();
    await this.#finishRequests(drainMs);
    this.#siblings.delete(this);
    if (this.#hasSibling((one) => !one.#isServing || one.#parts.http.listening)) return [];
    const leftMs = Math.max(0, drainMs - (performance.now() - start));
    return app.close({ drainMs: leftMs, graceMs, hurry: this.#hurry.signal });
  }

  #hasSibling(which: (one: Shutdown) => boolean): boolean {
    return [...this.#siblings].some((one) => one !== this && which(one));
  }

  async #finishRequests(drainMs: number): Promise<void> {
    const { http, endSockets, stop = (onClosed) => http.close(onClosed) } = this.#parts;
    http.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
    stop(onClosed);
    const idle = setInterval(() => http.closeIdleConnections(), idleCheckMs);
    http.closeIdleConnections();
    const cut = (): void => {
      endSockets?.();
      http.closeAllConnections();
      setTimeout(onClosed, upgradedMs);
    };
    const cancelCut = systemClock.after(drainMs, cut);
    this.#hurry.signal.addEventListener("abort", cut, { once: true });
    await closed;
    clearInterval(idle);
    cancelCut();
  }
}
