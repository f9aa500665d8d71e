import type { CrashPolicy, Keep } from "../contract/new-job.ts";
import type { Words } from "./words.ts";

/** What is decided beforehand about a job's crashes and its end. */
export interface Policy {
  readonly crash: CrashPolicy;
  readonly keep: Keep;
}

/** The policies of jobs, each stored once as a word: most jobs of a task share theirs. */
export class Policies {
  readonly #words: Words;
  readonly #parsed = new Map<number, Policy>();
  #last: (Policy & { readonly id: number }) | undefined;

  constructor(words: Words) {
    this.#words = words;
  }

  /** The number of a job's policy. */
  idOf({ crash, keep }: Policy): number {
    if (this.#last?.crash === crash && this.#last.keep === keep) return this.#last.id;
    const id = this.#words.idOf(textOf(crash, keep));
    this.#last = { crash, keep, id };
    return id;
  }

  get(id: number): Policy {
    const known = this.#parsed.get(id);
    if (known !== undefined) return known;
    const policy = JSON.parse(this.#words.textOf(id)) as Policy;
    this.#parsed.set(id, policy);
    return policy;
  }

  forget(): void {
    this.#last = undefined;
    this.#parsed.clear();
  }
}

/** Always with the members in the same order, whatever that of the objects is. */
function textOf(crash: CrashPolicy, keep: Keep): string {
  const { onCrash, maxAttempts, delayMs, growing, maxDelayMs } = crash;
  const { succeededMs, failedMs } = keep;
  return JSON.stringify({
    crash: { onCrash, maxAttempts, delayMs, growing, maxDelayMs },
    keep: { succeededMs, failedMs },
  });
}
