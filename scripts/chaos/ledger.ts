import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a process writes down of what it does, as it happens: the other side of what the store says. */
export type Entry =
  /** A producer has been told that this job is stored. */
  | { readonly what: "acknowledged"; readonly id: string; readonly kind: string; readonly expected: Expected }
  /** A producer has been told that it is cancelled, and was not asked for any longer. */
  | { readonly what: "cancelled"; readonly id: string }
  /** A producer was told, so long after its call, that nothing, or nobody knows what, was stored. */
  | { readonly what: "refused"; readonly kind: string; readonly why: string; readonly ms: number }
  | Run
  /** A run is over, before its worker settles it; `how`: "returned", "threw", or the code of what it was stopped with. */
  | { readonly what: "ended"; readonly run: string; readonly at: number; readonly how: string }
  /** When the store says that a run was claimed. */
  | { readonly what: "claimed"; readonly run: string; readonly id: string; readonly startedAt: number }
  | { readonly what: "step run" | "step saved"; readonly run: string; readonly step: string; readonly value: string }
  | { readonly what: "spawned"; readonly run: string; readonly child: string }
  /** A worker was told by the store that its outcome counts, or does not. */
  | { readonly what: "won" | "lost"; readonly id: string; readonly attempt: number };

/** One execution begins. */
export interface Run {
  readonly what: "began";
  readonly run: string;
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  readonly at: number;
  /** Of a limit that it is under. */
  readonly key?: string;
}

/** How an acknowledged job is to end. */
export interface Expected {
  readonly status: "succeeded" | "failed" | "either";
  readonly value?: number;
}

/** An entry, and the process that wrote it. */
export type Noted = Entry & { readonly by: string };

/** The file of one process. Each line is out before `note` returns, so that `kill -9` takes none of them back. */
export class Ledger {
  readonly #path: string;
  readonly #name: string;
  #runs = 0;

  constructor(folder: string, name: string) {
    this.#path = join(folder, `${name}.ledger`);
    this.#name = name;
  }

  note(entry: Entry): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  /** A name for an execution that no other one has. */
  nextRun(): string {
    this.#runs += 1;
    return `${this.#name}/${this.#runs}`;
  }
}

/** What all processes have written. */
export function readLedgers(folder: string): readonly Noted[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ledger"));
  return files.flatMap((file) => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    // What follows the last line break is the line in which the process was killed.
    const by = file.slice(0, -".ledger".length);
    return lines.slice(0, -1).map((line) => ({ ...(JSON.parse(line) as Entry), by }));
  });
}
