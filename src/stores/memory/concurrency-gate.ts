import type { ConcurrencyRule } from "../contract/new-job.ts";
import { Heap } from "./heap.ts";
import { isClaimedBefore } from "./order.ts";
import type { StoredJob } from "./stored-job.ts";

/** Lets so many jobs of one key through, until they give their permits back. */
export class ConcurrencyGate {
  readonly key: string;
  readonly waiters: Heap<StoredJob> = new Heap<StoredJob>(isClaimedBefore);
  limit: number;
  used = 0;
  /** How many jobs that have not ended bear the key. */
  jobs = 0;

  constructor(rule: ConcurrencyRule) {
    this.key = rule.key;
    this.limit = rule.limit;
  }

  hasRoom(): boolean {
    return this.used < this.limit;
  }
}
