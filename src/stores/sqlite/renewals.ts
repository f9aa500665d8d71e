/** A renewal that moves the end of a lease by less than this part of it is not written. */
const partOfLease = 1 / 8;

/**
 * When the sessions of this process run out, where that was not worth a write. Another process may so end a session a
 * little early that has been silent for nearly all of its lease; this one never does.
 */
export class Renewals {
  readonly #ends = new Map<string, number>();

  /** Notes the end of a lease; is it to be written? */
  note(
    session: { readonly key: string; readonly leaseMs: number; readonly expiresAt: number },
    endsAt: number,
  ): boolean {
    if (endsAt - session.expiresAt < session.leaseMs * partOfLease) {
      this.#ends.set(session.key, endsAt);
      return false;
    }
    this.#ends.delete(session.key);
    return true;
  }

  /** When a session really runs out. */
  endOf({ key, expiresAt }: { readonly key: string; readonly expiresAt: number }): number {
    return Math.max(expiresAt, this.#ends.get(key) ?? 0);
  }

  delete(key: string): void {
    this.#ends.delete(key);
  }
}
