import type { AppParts } from "../app/app-parts.ts";
import { answerTo } from "../app/response/error-response.ts";
import type { Over, ResponseEnd, WaitUntil } from "../app/response/response-end.ts";
import { WebDelivery } from "./delivery.ts";
import { Visit } from "./visit.ts";

/** A request that is answered by a standard response, which waits until all is done that comes before it. */
export abstract class WebVisit extends Visit {
  readonly #headers: Headers;
  readonly #delivery: WebDelivery;
  #status = 500;

  /** `end`: how the end of the response can be known. */
  constructor(parts: AppParts, { method, headers }: Pick<Request, "method" | "headers">, end: ResponseEnd) {
    super(parts);
    this.#headers = headers;
    this.#delivery = new WebDelivery(end, method);
  }

  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined;
  }

  protected get status(): number {
    return this.#status;
  }

  protected override get brokenBy(): unknown {
    return this.#delivery.brokenBy;
  }

  protected override get waitUntil(): WaitUntil | undefined {
    return this.#delivery.waitUntil;
  }

  protected whenOver(over: Over): void {
    this.#delivery.whenOver(over);
  }

  /** What is returned waits in any case, and so does the end of a stream. */
  protected hold(): void {}

  /** The handler has returned a response: it goes on, or another in its place. */
  async conclude(response: Response): Promise<Response> {
    const refused = await this.settle(response.status);
    return this.deliver(refused ?? response);
  }

  /** Scopes close and durable tasks are stored before an answer of this status. Returns what to answer if that failed. */
  protected async settle(status: number): Promise<Response | undefined> {
    this.#status = status;
    try {
      await this.beforeHead();
      return undefined;
    } catch (error) {
      this.onRefused(error);
      const { response } = answerTo(error);
      this.#status = response.status;
      return response;
    }
  }

  /** This response is the framework's to send; returns the one to send. */
  protected deliver(response: Response): Response {
    return this.#delivery.deliver(response, this);
  }

  /** The framework answers an error by itself. Nothing tells when that has been sent; it is small, so soon it has. */
  protected deliverUnseen(): void {
    this.deliver(new Response(null));
  }
}
