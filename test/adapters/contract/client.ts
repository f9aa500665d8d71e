import { once } from "node:events";
import { Agent, request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { Entry } from "./journal.ts";

/** What is sent beside a path. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
}

/** A response, as far as it came. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Did it end as it should, rather than break off? */
  readonly isComplete: boolean;
  /** Milliseconds since the epoch. */
  readonly headAt: number;
  readonly endAt: number;
  /** Tells connections apart. */
  readonly localPort: number;
}

const patienceMs = 10_000;
const firstPollMs = 5;
const lastPollMs = 200;
/** In this time, whatever would run a second time does. */
const echoMs = 10;

let runs = 0;

/** A client of one site, on real sockets. */
export class Client {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** A name that no other request has. */
  newRun(): string {
    runs += 1;
    return `run-${runs}`;
  }

  /** Sends a request and reads its response to the end. */
  async send(path: string, sending: Sending = {}): Promise<Received> {
    const request = this.begin(path, sending);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    // A connection that is reset tells it to the request as well.
    request.on("error", () => {});
    return received(response);
  }

  /** Sends a request, and leaves what comes of it to the caller. */
  begin(path: string, { method = "GET", headers = {}, body, agent = new Agent() }: Sending = {}): ClientRequest {
    const sent = request({ host: "127.0.0.1", port: this.#port, path, method, headers, agent });
    sent.end(body);
    return sent;
  }

  /** Plays a play: `name` may be followed by `&` and more of the query. */
  async play(run: string, name: string, sending?: Sending): Promise<Received> {
    return this.send(playPath(run, name), sending);
  }

  /** Calls an injected handler with `?run=`, as {@link Client.play} does. */
  async inject(run: string, name: string, sending?: Sending): Promise<Received> {
    return this.send(pathOf("injected", run, name), sending);
  }

  /** Lets a run go on. */
  async release(run: string): Promise<void> {
    await this.play(run, "release");
  }

  /** What happened to a run so far. */
  async entries(run: string): Promise<readonly Entry[]> {
    return JSON.parse((await this.play(run, "journal")).text) as Entry[];
  }

  /** The names of what happened to a run so far. */
  async events(run: string): Promise<readonly string[]> {
    return namesOf(await this.entries(run));
  }

  /** The names of what happened to each of these runs, when the last event has come everywhere. @throws when it does not. */
  async untilAll(runs: readonly string[], last: (run: string) => string): Promise<readonly (readonly string[])[]> {
    for (const run of runs) await this.entryOf(run, last(run));
    await sleep(echoMs);
    const all = JSON.parse((await this.send("/plays/journals")).text) as Record<string, readonly Entry[]>;
    return runs.map((run) => namesOf(all[run] ?? []));
  }

  /** All that happened to a run when an event has, and what follows it at once. @throws when the event does not come. */
  async until(run: string, event: string | RegExp): Promise<readonly string[]> {
    await this.entryOf(run, event);
    await sleep(echoMs);
    return this.events(run);
  }

  /** An event of a run. @throws when it does not come. */
  async entryOf(run: string, event: string | RegExp): Promise<Entry> {
    const end = performance.now() + patienceMs;
    let entries: readonly Entry[] = [];
    let pollMs = firstPollMs;
    while (performance.now() < end) {
      entries = await this.entries(run);
      const found = entries.find((entry) => isNamed(entry, event));
      if (found !== undefined) return found;
      await sleep(pollMs);
      pollMs = Math.min(pollMs * 1.5, lastPollMs);
    }
    throw new Error(`${String(event)} did not happen to ${run}; what did: ${JSON.stringify(namesOf(entries))}`);
  }
}

/** The path of a play. */
export function playPath(run: string, name: string): string {
  return pathOf("plays", run, name);
}

function pathOf(place: string, run: string, name: string): string {
  const [path, ...query] = name.split("&");
  return `/${[place, path].join("/")}?${[`run=${run}`, ...query].join("&")}`;
}

function isNamed(entry: Entry, event: string | RegExp): boolean {
  return typeof event === "string" ? entry.event === event : event.test(entry.event);
}

/** The names of entries, in order. */
export function namesOf(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ event }) => event);
}

/** Reads a response as far as it goes. */
async function received(response: IncomingMessage): Promise<Received> {
  const headAt = Date.now();
  const localPort = response.socket.localPort ?? 0;
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A response that breaks off has an error, too, which `complete` says better.
  response.on("error", () => {});
  await new Promise((resolve) => response.once("close", resolve));
  const bytes = Buffer.concat(chunks);
  const { statusCode: status = 0, headers, complete: isComplete } = response;
  return { status, headers, bytes, text: bytes.toString(), isComplete, headAt, endAt: Date.now(), localPort };
}
