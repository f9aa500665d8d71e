import type { RecordEntry } from "../../stores/contract/outcome.ts";
import type { Store } from "../../stores/contract/store.ts";

/** Entries that nobody waits for are written this soon. */
const restMs = 50;
const mostWaiting = 200;

interface Waiting {
  readonly entry: RecordEntry;
  readonly resolve: ((answer: "applied" | "lost") => void) | undefined;
  readonly reject: ((error: unknown) => void) | undefined;
}

/** Gathers what the running attempts of a worker report, and writes it in batches. */
export class Recorder {
  readonly #store: Store;
  readonly #worker: () => string;
  readonly #onError: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #underWay = 0;

  constructor(store: Store, worker: () => string, onError: (error: unknown) => void) {
    this.#store = store;
    this.#worker = worker;
    this.#onError = onError;
  }

  /** Takes an entry in that nobody waits for. A progress replaces one of the same job that has not been written. */
  add(entry: RecordEntry): void {
    if (entry.kind === "progress") {
      const before = this.#waiting.findIndex((other) => other.entry.kind === "progress" && other.entry.id === entry.id);
      if (before !== -1) this.#waiting.splice(before, 1);
    }
    this.#push({ entry, resolve: undefined, reject: undefined });
  }

  /** Writes an entry now, with those before it. Rejects when the store does. */
  write(entry: RecordEntry): Promise<"applied" | "lost"> {
    return new Promise((resolve, reject) => {
      this.#push({ entry, resolve, reject });
      void this.flush();
    });
  }

  /** Writes what there is, after what is under way; `undefined` when there is neither. Never rejects. */
  flush(): undefined | Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.isEmpty) return undefined;
    if (this.#waiting.length === 0) return this.#writing;
    this.#underWay += 1;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#writing.then(() => this.#write(batch));
    return this.#writing;
  }

  /** Has all been written that was reported? */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0;
  }

  #push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length >= mostWaiting) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), restMs);
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#store.record(
        this.#worker(),
        batch.map(({ entry }) => entry),
      );
      batch.forEach(({ resolve }, index) => resolve?.(answers[index] ?? "lost"));
    } catch (error) {
      for (const { reject } of batch) reject?.(error);
      this.#onError(error);
    } finally {
      this.#underWay -= 1;
    }
  }
}
