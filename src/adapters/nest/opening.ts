import type { PlainReply, Reply } from "../../app/response/plain-reply.ts";
import { answeredNatively, type InjectedRequest, type Injection } from "../injection.ts";

/** What an injected handler is called with: the values of its inputs, the context of a handler, and Nest's own objects. */
export interface OpenContext {
  readonly native: object;
  readonly [name: string]: unknown;
}

const openings = new WeakMap<object, Opening>();

/** The handler behind the inputs of a parameter: it begins when they are resolved, and ends with the controller's method. */
export function lastAsLongAsMethod(context: OpenContext): Promise<Reply> | undefined {
  return openings.get(context.native)?.enter(context);
}

/** The inputs of one parameter, from the moment they are resolved until the method has ended. */
export class Opening {
  readonly #entered = Promise.withResolvers<OpenContext>();
  readonly #left = Promise.withResolvers<PlainReply>();
  readonly #closed: Promise<void>;

  /** `answer` makes of a reply the error that has Nest send it. */
  constructor(injection: Injection, request: InjectedRequest, answer: (reply: Reply) => Promise<Error>) {
    openings.set(request.native, this);
    this.#closed = injection.run(request).then(async (reply) => {
      if (reply !== answeredNatively) throw await answer(reply);
    });
    // Each of these may fail when nobody waits for it any more.
    this.#closed.catch((error: unknown) => this.#entered.reject(error));
    this.#left.promise.catch(() => {});
  }

  /** Resolves with what the method is given. Rejects with what Nest is to answer. */
  get context(): Promise<OpenContext> {
    return this.#entered.promise;
  }

  enter(context: OpenContext): Promise<Reply> {
    this.#entered.resolve(context);
    return this.#left.promise;
  }

  /** The method has returned: function scope closes and durable tasks are stored. Rejects with what Nest is to answer. */
  complete(): Promise<void> {
    this.#left.resolve(answeredNatively);
    return this.#closed;
  }

  /** The method has failed: dependencies see the error. Resolves with the one that Nest is to answer. */
  abandon(error: unknown): Promise<unknown> {
    this.#left.reject(error);
    return this.#closed.then(
      () => error,
      (refusal: unknown) => refusal,
    );
  }
}
