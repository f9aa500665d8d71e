import type { Server as HttpServer } from "node:http";

import type { WebSocketServer } from "ws";

import { systemClock } from "../../base/clock.ts";
import type { ServableApp } from "../../app/servable-app.ts";

/** What is shut down together. */
export interface ShutdownParts {
  readonly app: ServableApp;
  readonly http: HttpServer;
  readonly sockets: WebSocketServer;
}

/** A kept-alive connection that has just become idle is noticed this soon. */
const idleCheckMs = 25;

/** One graceful stop: requests first, then tasks, then `app` scope, all within the app's budget. */
export class Shutdown {
  readonly #parts: ShutdownParts;
  readonly #hurry = new AbortController();
  #running: Promise<readonly string[]> | undefined;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  /** Starts it, or joins it. Returns the names of abandoned tasks. */
  run(): Promise<readonly string[]> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Nobody wants to wait any longer. */
  hurry(): void {
    this.#hurry.abort();
  }

  async #run(): Promise<readonly string[]> {
    const { app } = this.#parts;
    const { drainMs, graceMs } = app.shutdownBudget;
    const start = performance.now();
    app.beginShutdown();
    await this.#finishRequests(drainMs);
    const leftMs = Math.max(0, drainMs - (performance.now() - start));
    return app.close({ drainMs: leftMs, graceMs, hurry: this.#hurry.signal });
  }

  async #finishRequests(drainMs: number): Promise<void> {
    const { http, sockets } = this.#parts;
    http.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    const idle = setInterval(() => http.closeIdleConnections(), idleCheckMs);
    http.closeIdleConnections();
    const cut = (): void => {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
    };
    const cancelCut = systemClock.after(drainMs, cut);
    this.#hurry.signal.addEventListener("abort", cut, { once: true });
    await closed;
    clearInterval(idle);
    cancelCut();
  }
}
