/** Something that happened in a site, in milliseconds since the epoch. */
export interface Entry {
  readonly event: string;
  readonly at: number;
}

/** What happened to the request of one run, and what its client allows to happen. */
export class Journal {
  readonly run: string;
  readonly entries: Entry[] = [];
  readonly #gate: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(run: string) {
    this.run = run;
  }

  note(event: string): void {
    this.entries.push({ event, at: Date.now() });
  }

  /** Resolves when the client has sent `/plays/release` for this run. */
  get released(): Promise<void> {
    return this.#gate.promise;
  }

  release(): void {
    this.#gate.resolve();
  }
}

const journals = new Map<string, Journal>();

/** The journal of a run, begun when it is first asked for. */
export function journalOf(run: string): Journal {
  const known = journals.get(run) ?? new Journal(run);
  journals.set(run, known);
  return known;
}

/** The entries of every run. */
export function allEntries(): Readonly<Record<string, readonly Entry[]>> {
  return Object.fromEntries([...journals].map(([run, journal]) => [run, journal.entries]));
}
