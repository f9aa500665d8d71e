import type { RequestObserver } from "../app/request/request-observer.ts";
import type { WatchableWork } from "../app/servable-app.ts";
import { expected } from "../base/options.ts";
import type { Route } from "./routes.ts";
import { routeTo, type TestTarget } from "./test-target.ts";
import type { Sent, Transport } from "./transport.ts";
import { WatchedRequest } from "./watched-request.ts";

/** Sends requests to a framework that an adapter serves. */
export class WorkTransport implements Transport {
  readonly #work: WatchableWork;
  readonly #route: Route;
  readonly #underway = new Set<WatchedRequest>();

  /** @throws {InvalidOptionError} */
  constructor(work: WatchableWork, target: TestTarget) {
    this.#work = work;
    this.#route = routeTo(target);
  }

  open(): Promise<URL> {
    return this.#route.open();
  }

  async send(request: Request, observer: RequestObserver): Promise<Sent> {
    const watched = new WatchedRequest(this.#work, request, observer);
    this.#underway.add(watched);
    try {
      const response = await this.#route.send(watched.request);
      return { response, finish: () => this.#finish(watched), leave: () => this.#leave(watched) };
    } catch (error) {
      // Whoever has gone does not wait for the handler.
      if (!watched.left) await this.#finish(watched);
      throw error;
    }
  }

  async #finish(watched: WatchedRequest): Promise<void> {
    await watched.over();
    this.#underway.delete(watched);
  }

  #leave(watched: WatchedRequest): Promise<void> {
    watched.leave();
    return this.#finish(watched);
  }

  /** Frameworks have sockets of their own. */
  upgrade(): Promise<never> {
    return Promise.reject(expected("client.ws", "a client of an app", this.#work));
  }

  async settled(): Promise<void> {
    const left = [...this.#underway].filter((watched) => watched.left);
    await Promise.all(left.map((watched) => this.#finish(watched)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#underway].map((watched) => this.#leave(watched)));
    await this.#route.close();
  }
}
