import type { ExecutionContext } from "@nestjs/common";

import type { AppParts } from "../../app/app-parts.ts";
import { isResponse } from "../../app/response/is-response.ts";
import type { ResponseDraft } from "../../app/response/response-draft.ts";
import type { Injection } from "../injection.ts";
import { NodeVisit } from "../node-visit.ts";
import { setHeaders } from "../write-reply.ts";
import { AnsweredException } from "./answered-exception.ts";
import type { DeclaredInputs } from "./declared-inputs.ts";
import type { NestNative, NodeSide, PlatformResponse } from "./native.ts";
import { nestRequest } from "./nest-request.ts";
import { Opening, type OpenContext } from "./opening.ts";
import { watchValue } from "./watch-value.ts";

/** What a visit needs of the application's `Afterwork`. */
export interface VisitedWork {
  readonly parts: AppParts;
  injectionOf(inputs: DeclaredInputs): Injection;
}

/** A request that a Nest application received, whatever platform it stands on. */
export class NestVisit extends NodeVisit {
  readonly #work: VisitedWork;
  readonly #openings: Opening[] = [];
  #statusMeant: number | undefined;

  constructor(work: VisitedWork, { incoming, outgoing }: NodeSide) {
    super(work.parts, incoming, outgoing);
    this.#work = work;
  }

  /** The visit of a request, once it has one. */
  static find({ incoming }: NodeSide): NestVisit | undefined {
    const visit = NodeVisit.of(incoming);
    return visit instanceof NestVisit ? visit : undefined;
  }

  /** Errors of guards, of middleware and of what makes JSON are seen by their status only; one that was meant is none. */
  protected override get failsByStatus(): boolean {
    return this.status !== this.#statusMeant;
  }

  /** The method has returned this value. Returns the one for Nest to send, which tells when it breaks. */
  send(value: unknown, { statusCode }: PlatformResponse): unknown {
    this.#statusMeant = isResponse(value) ? value.status : statusCode;
    return watchValue(value, (error) => this.fail(error));
  }

  /** Resolves what a parameter is to be given. It stays open until the method has ended. */
  async open(inputs: DeclaredInputs, context: ExecutionContext): Promise<OpenContext> {
    const native: NestNative = { context };
    const opening = new Opening(this.#work.injectionOf(inputs), nestRequest(this, native), (reply) =>
      AnsweredException.of(reply, this.outgoing, this.tasks.outcome?.error),
    );
    this.#openings.push(opening);
    return opening.context;
  }

  get hasOpenings(): boolean {
    return this.#openings.length > 0;
  }

  /** The method has returned: what is open is closed, the last first. Rejects with what Nest is to answer. */
  async complete(): Promise<void> {
    for (let opening = this.#openings.pop(); opening !== undefined; opening = this.#openings.pop()) {
      this.#apply(await opening.context);
      await opening.complete();
    }
  }

  /** The method, or one of its pipes, has failed: what is open sees the error. Resolves with the one for Nest to answer. */
  async abandon(thrown: unknown): Promise<unknown> {
    let error = thrown;
    for (let opening = this.#openings.pop(); opening !== undefined; opening = this.#openings.pop()) {
      error = await opening.abandon(error);
    }
    return error;
  }

  /** The method has ended, be it that nobody waited for its value. Never rejects. */
  async end(): Promise<void> {
    try {
      await this.complete();
    } catch (error) {
      this.onRefused(error);
    }
    this.leave();
  }

  /** What the method has said of the response beside its value. */
  #apply({ native, response }: OpenContext): void {
    const draft = response as ResponseDraft;
    const { status } = draft;
    if (status !== undefined)
      (native as NestNative).context.switchToHttp().getResponse<PlatformResponse>().status(status);
    if (draft.hasHeaders) setHeaders(draft.headers, this.outgoing);
  }
}
