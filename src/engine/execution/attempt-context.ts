import type { Log } from "../../base/log.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";

/** What a durable attempt's contexts are made of when somebody asks. */
export interface ContextSource {
  readonly background: BackgroundTasks;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly attempt: number;
  readonly jobContext: unknown;
  readonly progress: unknown;
  readonly step: unknown;
  readonly sleep: unknown;
}

/** What a dependency is given in an attempt. Everything is made when it is asked for: most tasks ask for little. */
export class AttemptContext {
  [input: string]: unknown;
  readonly #from: ContextSource;

  constructor(from: ContextSource) {
    this.#from = from;
  }

  get background(): BackgroundTasks {
    return this.#from.background;
  }

  get signal(): AbortSignal {
    return this.#from.signal;
  }

  get log(): Log {
    return this.#from.log;
  }
}

/** What a durable task's function is given beside its dependencies. */
export class DurableTaskContext extends AttemptContext {
  readonly #from: ContextSource;

  constructor(from: ContextSource) {
    super(from);
    this.#from = from;
  }

  get attempt(): number {
    return this.#from.attempt;
  }

  get job(): unknown {
    return this.#from.jobContext;
  }

  get progress(): unknown {
    return this.#from.progress;
  }

  get step(): unknown {
    return this.#from.step;
  }

  get sleep(): unknown {
    return this.#from.sleep;
  }
}
