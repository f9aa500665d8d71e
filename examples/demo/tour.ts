import { randomBytes } from "node:crypto";
import { inspect } from "node:util";

import { printer } from "./printer.ts";
import type { Surroundings } from "./surroundings.ts";
import { followHeader, quietHeader, type EndedTask, type Timeline } from "./timeline.ts";

/** A part of the tour: requests, and a look at what they have really done. */
export interface Scenario {
  readonly title: string;
  run(tour: Tour): Promise<void>;
}

/** What is sent. */
export interface TourRequest {
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** The tasks that must have ended, in this order, before the tour goes on. */
  readonly tasks?: readonly string[];
  /** Don't show it, and don't wait for anything. */
  readonly quiet?: boolean;
}

/** What came back. */
export interface TourAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tasks: readonly EndedTask[];
  /** The body, parsed; `any`, as scenarios look at it closely. */
  readonly json: any;
}

/** For a busy machine; everything is over in a fraction of it. */
const patienceMs = 10_000;

/** Something that should have happened has not. */
export class NotVerified extends Error {}

/** Sends requests to the demo, waits for their tasks and verifies effects. */
export class Tour {
  readonly surroundings: Surroundings;
  readonly #url: string;
  readonly #timeline: Timeline;

  constructor(url: string, surroundings: Surroundings, timeline: Timeline) {
    this.#url = url;
    this.surroundings = surroundings;
    this.#timeline = timeline;
  }

  /** Sends a request; resolves when its response is complete and its tasks have ended. */
  async send(method: string, path: string, request: TourRequest = {}): Promise<TourAnswer> {
    const id = `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
    const headers = new Headers(request.headers);
    headers.set(request.quiet === true ? quietHeader : followHeader, id);
    if (request.json !== undefined) headers.set("content-type", "application/json");
    const body = request.json === undefined ? (request.form ?? null) : JSON.stringify(request.json);
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(this.#url + path, { method, headers, body, signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const tasks = request.quiet === true ? [] : await this.#tasksOf(id, request.tasks ?? []);
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    const json = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : undefined;
    return { status: response.status, headers: response.headers, bytes, tasks, json };
  }

  /** Notes what has been verified. @throws {NotVerified} */
  verify(text: string, holds: boolean, seen?: unknown): void {
    if (!holds) throw new NotVerified(`${text}: not so${seen === undefined ? "" : `; seen: ${inspect(seen)}`}`);
    printer.verified(text);
  }

  async #tasksOf(id: string, names: readonly string[]): Promise<readonly EndedTask[]> {
    const ended = await this.#timeline.follow(id, names.length, patienceMs);
    const got = ended.map(({ name }) => name);
    if (got.join() !== names.join()) throw new NotVerified(`expected the tasks ${names.join()}, got ${got.join()}`);
    return ended;
  }
}
