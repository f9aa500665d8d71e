/** What a run has found of one case on one host. */
export interface Finding {
  readonly adapter: string;
  /** The name of the runtime. */
  readonly runtime: string;
  readonly case: string;
  /** Why the host keeps it otherwise; absent where it keeps the promise. */
  readonly deviation?: string;
}

declare module "vitest" {
  interface TaskMeta {
    /** Set by every case of the contract that was run, or left out for a reason. */
    contract?: Finding;
  }
}
