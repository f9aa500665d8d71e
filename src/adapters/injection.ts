import { AfterworkError } from "../base/errors.ts";
import { isPromiseLike } from "../base/promises.ts";
import { combined } from "../dependencies/cleanup.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { answerError } from "../app/request/answer-error.ts";
import { Exchange } from "../app/request/exchange.ts";
import { closeAfter, respond } from "../app/request/handle-request.ts";
import type { RequestObserver } from "../app/request/request-observer.ts";
import type { RequestSource } from "../app/request/request-source.ts";
import { isForeseen } from "../app/response/error-response.ts";
import { PlainReply, type Reply } from "../app/response/plain-reply.ts";
import { CompiledRoute } from "../app/routing/compiled-route.ts";
import { defineInjection, type RouteDefinition } from "../app/routing/route.ts";
import type { Host } from "../app/host.ts";
import type { Outcome } from "../tasks/background-tasks.ts";
import type { Visit } from "./visit.ts";

/** The reply of a handler that has answered, or will, through the framework's own objects: nothing is to be written. */
export const answeredNatively: PlainReply = new PlainReply(200, null, undefined);

/** The framework's side of one request, as an injected handler needs it. */
export interface InjectedRequest {
  readonly visit: Visit;
  readonly source: RequestSource;
  /** What the handler finds under `native`. */
  readonly native: object;
  /** Does this returned value say that the handler answers by itself? Asked of `undefined`, and of the native objects. */
  isNativeAnswer(value: unknown): boolean;
}

/** A handler with inputs, behind a route of another framework. */
export class Injection {
  readonly #host: Host;
  readonly #route: CompiledRoute;

  /** `args` are those of `inject`. @throws {AfterworkError} `INVALID_DEFINITION`, and whatever makes a plan impossible. */
  constructor(host: Host, bodyLimit: number, args: readonly unknown[]) {
    this.#host = host;
    this.#route = new CompiledRoute(throughNative(defineInjection(args)), host.parts.overrides, bodyLimit);
  }

  /** Everything of `app` scope that it reaches. */
  get appDependencies(): readonly Dependency[] {
    return this.#route.ready.plan.appDependencies;
  }

  /**
   * Resolves the inputs and calls the handler. What it refuses by errors that the package knows is a reply; any other error
   * is thrown, for the framework's own error handling.
   *
   * @throws {AfterworkError} `INVALID_DEFINITION` for a request that another adapter has received.
   */
  async run(request: InjectedRequest): Promise<Reply> {
    const { visit } = request;
    if (visit.parts !== this.#host.parts) throw madeElsewhere(visit);
    const exchange = new InjectedExchange(this.#route, request);
    visit.join(exchange);
    visit.enter();
    try {
      const resolving = exchange.resolve();
      if (resolving !== undefined) await resolving;
      if (exchange.hasFunctionScope) visit.holdForScopes();
      return await respond(exchange);
    } catch (error) {
      return await refuse(exchange, error);
    } finally {
      visit.part(exchange);
      visit.leave();
    }
  }
}

/** Its dependencies of app scope, its engine and its error handlers would be those of the other one. */
function madeElsewhere({ name }: Visit): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    `${name}: the injected handler was made by another adapter than the one whose middleware it stands behind; make one by afterwork() and use it for both`,
  );
}

/** The handler's value passes through as no reply where the handler answers by itself. */
function throughNative(definition: RouteDefinition): RouteDefinition {
  const call = definition.handler as (context: InjectedContext) => unknown;
  const handler = (context: InjectedContext): unknown => {
    const judge = (value: unknown): unknown => (isNativeAnswer(context, value) ? answeredNatively : value);
    // A native object may itself have a `then`, as the reply of Fastify, which waits for the end of the response.
    const judged = judge(call(context));
    return isPromiseLike(judged) ? Promise.resolve(judged).then(judge) : judged;
  };
  Object.defineProperty(handler, "name", { value: call.name });
  return { ...definition, handler };
}

const requests = new WeakMap<object, InjectedRequest>();

interface InjectedContext extends Record<string, unknown> {
  native: object;
}

function isNativeAnswer(context: InjectedContext, value: unknown): boolean {
  return requests.get(context)?.isNativeAnswer(value) === true;
}

/** What was foreseen is answered as an app answers it; the rest is the framework's to answer. */
async function refuse(exchange: InjectedExchange, thrown: unknown): Promise<Reply> {
  const closed = await closeAfter(exchange, thrown);
  const error = closed.failure?.error;
  exchange.visit.markFailed(error);
  if (exchange.app.errorHandlers.find(error) !== undefined || isForeseen(error)) {
    return answerError(exchange, error, combined(closed));
  }
  if (closed.errors.length > 1) exchange.log.error(`${exchange.route.name} failed`, { error: combined(closed) });
  exchange.visit.fail(error);
  throw error;
}

/** An exchange whose request and response belong to another framework. */
class InjectedExchange extends Exchange {
  readonly visit: Visit;
  readonly #request: InjectedRequest;

  constructor(route: CompiledRoute, request: InjectedRequest) {
    super(route, request.source, request.visit.parts, request.visit.tasks);
    this.visit = request.visit;
    this.#request = request;
  }

  override get observer(): RequestObserver | undefined {
    return this.visit.observer;
  }

  override handlerContext(): Record<string, unknown> {
    const context = super.handlerContext();
    context["native"] = this.#request.native;
    requests.set(context, this.#request);
    return context;
  }

  /** A stream may break when its head has long been sent. */
  override fail(error: unknown): void {
    super.fail(error);
    this.visit.markFailed(error);
  }

  /** How the request ends is for its visit to say: the framework may still change the answer. */
  override conclude(_outcome: Outcome): void {}
}
