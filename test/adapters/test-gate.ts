import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach } from "vitest";

import { OverloadedError } from "../../src/background/overloaded-error.ts";

const closers: (() => unknown)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** Has something closed when the test has ended. */
export function closeLater(close: () => unknown): void {
  closers.push(close);
}

/** Serves for the time of one test. Returns where. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  closeLater(() => server.close().closeAllConnections());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gate that the test opens. */
export class TestGate {
  readonly #opening: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #reached: PromiseWithResolvers<void> = Promise.withResolvers();
  asked = 0;
  refusedWith: unknown;

  beforeHead(): Promise<void> {
    this.asked += 1;
    this.#reached.resolve();
    return this.#opening.promise;
  }

  onRefused(error: unknown): void {
    this.refusedWith = error;
  }

  /** Resolves when something waits for it. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opening.resolve();
  }

  refuse(error: Error = new OverloadedError("too much")): void {
    this.#opening.reject(error);
  }
}
