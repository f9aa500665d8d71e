import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import type { Log } from "../../base/log.ts";
import type { ResponseDraft } from "../response/response-draft.ts";

/** What contexts take from their request. */
export interface ContextSource {
  readonly tasks: BackgroundTasks;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly source: { readonly request: Request };
  livesLong(): () => void;
}

/**
 * What a dependency is given; its inputs are added by name. Classes, because V8 gives every object literal with a
 * getter a hidden class of its own, which made requests twice as slow.
 */
export class DependencyContextObject {
  [input: string]: unknown;
  readonly background: BackgroundTasks;
  readonly log: Log;
  readonly #from: ContextSource;

  constructor(from: ContextSource) {
    this.background = from.tasks;
    this.log = from.log;
    this.#from = from;
  }

  /** Made when it is asked for: few do, and each costs a listener. */
  get signal(): AbortSignal {
    return this.#from.signal;
  }
}

/** What a handler, or an error handler, is given. */
export class HandlerContextObject extends DependencyContextObject {
  readonly response: ResponseDraft;
  readonly #from: ContextSource;

  constructor(from: ContextSource, response: ResponseDraft) {
    super(from);
    this.response = response;
    this.#from = from;
  }

  /** Where a context comes from. */
  static sourceOf(context: HandlerContextObject): ContextSource {
    return context.#from;
  }

  /** Made when it is asked for, where the server has no standard request of its own. */
  get request(): Request {
    return this.#from.source.request;
  }

  /** An input may have this name where it is just that: the same request. */
  set request(_same: Request) {}
}
