import { newId } from "../../base/ids.ts";
import type { Store } from "../../stores/contract/store.ts";

/** The jobs of one claim, held under one token. */
export interface Batch {
  /** The id that the session had when the claim began. */
  readonly worker: string;
  readonly token: string;
  /** How many of its jobs have not been settled; 1 more while the claim itself is under way. */
  open: number;
}

/** What a session is of. */
export interface SessionParts {
  readonly store: Store;
  readonly leaseMs: number;
  /** Host and process, for people. */
  readonly name: string;
}

/** A worker's standing in the store, which ends when it has not been extended for the length of its lease. */
export class Session {
  readonly #parts: SessionParts;
  #id = newId();
  #batches = new Set<Batch>();
  #claims = 0;
  #registering: Promise<void> | undefined;
  #extending: Promise<unknown> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#id;
  }

  /** Does it hold anything, or may it in a moment? */
  get holds(): boolean {
    return this.#batches.size > 0;
  }

  /** Registers it with the store, once for every id. */
  register(): Promise<void> {
    const { store, leaseMs, name } = this.#parts;
    this.#registering ??= store.register({ id: this.#id, leaseMs, name }).catch((error: unknown) => {
      this.#registering = undefined;
      throw error;
    });
    return this.#registering;
  }

  /** The store has ended it: from now on it is another one, which holds nothing. */
  renew(): void {
    this.#id = newId();
    this.#batches = new Set();
    this.#registering = undefined;
  }

  /**
   * A token for a claim that begins now. It is named from now on, so that the claim is not taken for an orphan; and no claim
   * begins while the session is extended under a list that does not name it.
   */
  async begin(): Promise<Batch> {
    while (this.#extending !== undefined) await this.#extending;
    this.#claims += 1;
    const batch = { worker: this.#id, token: `${this.#id}:${this.#claims}`, open: 1 };
    this.#batches.add(batch);
    return batch;
  }

  /** Is it of a session that has ended since? */
  isOver({ worker }: Batch): boolean {
    return worker !== this.#id;
  }

  /** One job less, or the claim is over. */
  release(batch: Batch): void {
    batch.open -= 1;
    if (batch.open === 0) this.#batches.delete(batch);
  }

  /** The claim failed, so it may or may not have taken something: the next extension gives that back. */
  forget(batch: Batch): void {
    this.#batches.delete(batch);
  }

  /**
   * Renews the lease; says which jobs are to be cancelled, or `undefined` when the session has ended. What is said of one that
   * somebody else has found to be over, and has renewed since, is no news.
   */
  async extend(
    options: { readonly leaving?: boolean } = {},
  ): Promise<{ cancel: readonly string[]; now: number } | undefined> {
    const id = this.#id;
    const tokens = [...this.#batches].map(({ token }) => token);
    const extending = this.#parts.store.extend(id, tokens, options);
    const settled = extending.then(
      () => {},
      () => {},
    );
    this.#extending = settled;
    try {
      const { alive, cancel, now } = await extending;
      return alive || id !== this.#id ? { cancel, now } : undefined;
    } finally {
      if (this.#extending === settled) this.#extending = undefined;
    }
  }

  /** Ends it: what it may still hold goes back. */
  async leave(): Promise<void> {
    if (this.#registering === undefined) return;
    this.#batches.clear();
    await this.extend({ leaving: true });
  }
}
