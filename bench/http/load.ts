// The load generator's own process: the driver tells it where to send, when to begin counting and when to stop.
import { Connection } from "./connection.ts";
import { encodeRequest, itemRequest } from "./requests.ts";
import { quantile } from "../statistics.ts";

export type LoadCommand =
  | { readonly type: "start"; readonly port: number; readonly path: string; readonly connections: number }
  | { readonly type: "mark" }
  | { readonly type: "stop" };

export type LoadEvent =
  | { readonly type: "started" }
  | { readonly type: "marked" }
  | { readonly type: "failed"; readonly message: string }
  | ({ readonly type: "stopped" } & LoadResult);

export interface LoadResult {
  /** All requests since the start; the latencies are those since the mark. */
  readonly answered: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The generator's own use of its core since the mark: near 1 means that it was the bottleneck. */
  readonly busy: number;
}

const items = Array.from({ length: 500 }, (_, index) => itemRequest(index));

class Load {
  readonly #requests: readonly Buffer[];
  #turn = 0;
  #open: number;
  #stopping = false;
  #answered = 0;
  #refused = 0;
  #latencies: number[] = [];
  #markedAt = 0;
  #cpuAtMark = process.cpuUsage();

  constructor({ port, path, connections }: { port: number; path: string; connections: number }) {
    this.#requests = items.map((item) => encodeRequest(path, item));
    this.#open = connections;
    for (let index = 0; index < connections; index += 1) this.#connect(port);
  }

  #connect(port: number): void {
    // oxlint-disable-next-line no-new
    new Connection(port, {
      next: () => this.#next(),
      answered: (ok, latencyMs) => this.#count(ok, latencyMs),
      closed: (error) => this.#closed(error),
    });
  }

  mark(): void {
    this.#latencies = [];
    this.#markedAt = performance.now();
    this.#cpuAtMark = process.cpuUsage();
  }

  stop(): void {
    const cpu = process.cpuUsage(this.#cpuAtMark);
    this.#busy = (cpu.user + cpu.system) / 1e3 / (performance.now() - this.#markedAt);
    this.#stopping = true;
  }

  #busy = 0;

  #next(): Buffer | undefined {
    if (this.#stopping) return undefined;
    this.#turn = (this.#turn + 1) % this.#requests.length;
    return this.#requests[this.#turn];
  }

  #count(ok: boolean, latencyMs: number): void {
    this.#answered += 1;
    if (!ok) this.#refused += 1;
    if (!this.#stopping) this.#latencies.push(latencyMs);
  }

  #closed(error: Error | undefined): void {
    this.#open -= 1;
    if (error !== undefined) tell({ type: "failed", message: error.message });
    else if (this.#open === 0) this.#report();
  }

  #report(): void {
    const latencies = this.#latencies.toSorted((a, b) => a - b);
    tell({
      type: "stopped",
      answered: this.#answered,
      refused: this.#refused,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      busy: this.#busy,
    });
  }
}

function tell(event: LoadEvent): void {
  process.send?.(event);
}

let load: Load | undefined;

process.on("message", (command: LoadCommand) => {
  if (command.type === "start") {
    load = new Load(command);
    tell({ type: "started" });
  } else if (command.type === "mark") {
    load?.mark();
    tell({ type: "marked" });
  } else {
    load?.stop();
  }
});
