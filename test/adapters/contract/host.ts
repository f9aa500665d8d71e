/** Something that runs sites. */
export interface Runtime {
  /** How tables call it: `Node 24`. */
  readonly name: string;
  /** The command that runs the site of an adapter, and speaks as `site-process.ts` does. */
  command(adapter: string): readonly [program: string, ...args: string[]];
  /** Why it can't be had on this machine; `undefined` where it can. */
  missing(): string | undefined;
}

/** A promise of the contract that a host keeps otherwise, or that has no meaning there. */
export interface Deviation {
  /** The name of the case. */
  readonly case: string;
  /** What is otherwise, and why: a footnote of `docs/adapters.md`. */
  readonly reason: string;
  /** Set where running it would show nothing. Otherwise it is run, and has to fail. */
  readonly run?: false;
}

/** An adapter on a runtime. */
export interface Host {
  /** The name of its site and of its page in `docs/`. */
  readonly adapter: string;
  readonly runtime: Runtime;
  readonly deviations: readonly Deviation[];
}
