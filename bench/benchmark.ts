/** One benchmark of `npm run bench`. `run` throws when something is broken; a goal that is missed is no error. */
export interface Benchmark {
  readonly name: string;
  run(flags: readonly string[]): Promise<void>;
}

/** The command line was wrong: printed without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
