import type { AppParts } from "../../app/app-parts.ts";
import { answerTo, isForeseen } from "../../app/response/error-response.ts";
import { WebVisit } from "../web-visit.ts";
import { isInterruption, statusMeant } from "./control-flow.ts";
import { NextEnd } from "./next-end.ts";

/** A request that a route handler, or a server action, of Next answers. */
export class NextVisit extends WebVisit {
  readonly name: string;

  /** `name`: as messages call it. */
  constructor(parts: AppParts, name: string, request: Pick<Request, "method" | "headers">) {
    super(parts, request, new NextEnd());
    this.name = name;
  }

  /** The handler has thrown. Returns the answer to what the package knows; all else is thrown again, for Next. */
  async concludeThrown(error: unknown): Promise<Response> {
    if (isInterruption(error)) return this.#giveUp(error);
    const meant = statusMeant(error);
    if (meant === undefined) this.fail(error);
    const known = meant === undefined && isForeseen(error) ? answerTo(error) : undefined;
    const answer = (await this.settle(meant ?? known?.response.status ?? 500)) ?? known?.response;
    if (answer === undefined) {
      this.deliverUnseen();
      throw error;
    }
    if (known?.unexpected === true) this.onRefused(error);
    return this.deliver(answer);
  }

  #giveUp(error: unknown): never {
    this.tasks.discard("Next gave up this attempt to render");
    throw error;
  }
}
