import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import type { Log } from "../../base/log.ts";
import type { ResponseDraft } from "../response/response-draft.ts";

/** What contexts take from their request. */
export interface ContextSource {
  readonly tasks: BackgroundTasks;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * What a dependency is given; its inputs are added by name. Classes, because V8 gives every object literal with a
 * getter a hidden class of its own, which made requests twice as slow.
 */
export class DependencyContextObject {
  [input: string]: unknown;
  readonly background: BackgroundTasks;
  readonly log: Log;
  readonly #source: ContextSource;

  constructor(source: ContextSource) {
    this.background = source.tasks;
    this.log = source.log;
    this.#source = source;
  }

  /** Made when it is asked for: few do, and each costs a listener. */
  get signal(): AbortSignal {
    return this.#source.signal;
  }
}

/** What a handler, or an error handler, is given. */
export class HandlerContextObject extends DependencyContextObject {
  readonly request: Request;
  readonly response: ResponseDraft;

  constructor(source: ContextSource, request: Request, response: ResponseDraft) {
    super(source);
    this.request = request;
    this.response = response;
  }
}
