import { AfterworkError, messageOf } from "../base/errors.ts";
import { isPromiseLike } from "../base/promises.ts";

/** Something that was opened and has to be closed. `end` is told the error that ended its use, if one did. */
export interface Closer {
  readonly label: string;
  /** What was handed out, so that a use after the end can be recognised. */
  readonly value: unknown;
  end(failure: Failure | undefined): unknown;
}

/** An error in a box, because `undefined` can be thrown as well. */
export interface Failure {
  readonly error: unknown;
}

/** More than one thing went wrong while dependencies were closed; `errors` has them all, first one first. Code `DEPENDENCY_CLEANUP`. */
export class DependencyCleanupError extends AfterworkError {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    const texts = errors.map((error) => messageOf(error));
    super("DEPENDENCY_CLEANUP", `${errors.length} errors while dependencies were closed: ${texts.join("; ")}`, {
      cause: errors[0],
    });
    this.errors = errors;
  }
}

/** How a scope ended: the error that stands, and every error there was, the incoming one included. */
export interface Closed {
  readonly failure: Failure | undefined;
  readonly errors: readonly unknown[];
}

/** What a scope has to close, in reverse order. */
export class Cleanup {
  #closers: Closer[] = [];

  add(closer: Closer): void {
    this.#closers.push(closer);
  }

  /** The label of what handed out just this object. Texts and numbers have no owner: they outlive whoever gave them. */
  ownerOf(value: unknown): string | undefined {
    if (typeof value !== "object" && typeof value !== "function") return undefined;
    return this.#closers.find((closer) => closer.value === value)?.label;
  }

  /**
   * Closes everything, each once. An error is thrown into every generator that is still to be closed; one that throws
   * another error replaces it for those that follow. Never rejects; a second call finds nothing left. `onRaised` is told
   * the first error of a scope that came here without one, before anything else is closed.
   */
  async close(failure?: Failure, onRaised?: (error: unknown) => void): Promise<Closed> {
    const closers = this.#closers;
    this.#closers = [];
    const errors: unknown[] = failure === undefined ? [] : [failure.error];
    let standing = failure;
    for (const closer of closers.toReversed()) {
      const raised = await endOne(closer, standing);
      if (raised === undefined || (standing !== undefined && raised.error === standing.error)) continue;
      errors.push(raised.error);
      if (standing === undefined) onRaised?.(raised.error);
      standing = raised;
    }
    return { failure: standing, errors };
  }
}

async function endOne(closer: Closer, failure: Failure | undefined): Promise<Failure | undefined> {
  try {
    const ended = closer.end(failure);
    if (isPromiseLike(ended)) await ended;
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** The one error to report for a scope: the error itself, or all of them together. */
export function combined(closed: Closed): unknown {
  return closed.errors.length > 1 ? new DependencyCleanupError(closed.errors) : closed.failure?.error;
}
