import type { TaskList } from "../../background/task-list.ts";
import { combined, type Closed } from "../../dependencies/cleanup.ts";
import { isPromiseLike } from "../../base/promises.ts";
import type { AppParts } from "../app-parts.ts";
import type { CompiledRoute } from "../routing/compiled-route.ts";
import { Exchange } from "./exchange.ts";
import type { RequestSource, WebSource } from "./request-source.ts";
import { answerError, reportRequest } from "./answer-error.ts";
import type { ResponseDraft } from "../response/response-draft.ts";
import type { EventStream } from "../response/event-stream.ts";
import { PlainReply, toResponse, type Reply } from "../response/plain-reply.ts";
import { isResponse } from "../response/is-response.ts";
import type { StreamObserver } from "../response/body-stream.ts";
import { looksStreamed, observed } from "../response/streamed-response.ts";
import { sendable } from "../response/sendable.ts";
import { bytesResponse, isStreamed, jsonReply, streamResponse, type ResponseShape } from "../response/serialise.ts";

/**
 * One request from its guards to its response, in the order that the documentation promises: resolve, call the handler,
 * serialise, close function scope, store durable tasks, send. What is left is done when the response is over.
 */
export function handleRequest(route: CompiledRoute, source: WebSource, app: AppParts): Promise<Response>;
export function handleRequest(route: CompiledRoute, source: RequestSource, app: AppParts): Promise<Reply>;
export async function handleRequest(route: CompiledRoute, source: RequestSource, app: AppParts): Promise<Reply> {
  const exchange = new Exchange(route, source, app);
  app.exchanges?.set(source.request, { answerAnew: async (error) => toResponse(await recover(exchange, error)) });
  let response: Reply;
  try {
    const resolving = exchange.resolve();
    if (resolving !== undefined) await resolving;
    const made = respond(exchange);
    response = isPromiseLike(made) ? await made : made;
  } catch (error) {
    response = await recover(exchange, error);
  }
  return exchange.send(response);
}

/** Calls the handler and makes its reply; a promise only if something on the way takes time. */
export function respond(exchange: Exchange): Reply | Promise<Reply> {
  const { handler } = exchange.route.definition;
  const returned = (handler as (context: object) => unknown)(exchange.handlerContext());
  return isPromiseLike(returned) ? respondLater(exchange, returned) : respondWith(exchange, returned);
}

async function respondLater(exchange: Exchange, returned: PromiseLike<unknown>): Promise<Reply> {
  return respondWith(exchange, await returned);
}

function respondWith(exchange: Exchange, value: unknown): Reply | Promise<Reply> {
  const { route, responseDraft, tasks, source } = exchange;
  if (isStreamed(value)) return respondStreamed(exchange, (observer) => streamOf(exchange, value, observer));
  if (isResponse(value) && source.method !== "HEAD" && looksStreamed(value)) {
    const response = sendable(value);
    return respondStreamed(exchange, async (observer) => observed(response, observer));
  }
  const made = replyTo(value, route.shape, responseDraft);
  if (isPromiseLike(made) || exchange.hasFunctionScope) return closeAndStore(exchange, made);
  const storing = tasks.storeDurable();
  return storing === undefined ? settled(exchange, made) : storing.then(() => settled(exchange, made));
}

function replyTo(value: unknown, shape: ResponseShape, draft: ResponseDraft): Reply | Promise<Reply> {
  if (isResponse(value)) return sendable(value);
  if (value instanceof PlainReply) return value;
  const isBytes = value instanceof Uint8Array && shape.schema === undefined;
  return isBytes ? sendable(bytesResponse(new Uint8Array(value), shape, draft)) : jsonReply(value, shape, draft);
}

async function closeAndStore(exchange: Exchange, made: Reply | Promise<Reply>): Promise<Reply> {
  const reply = await made;
  await exchange.tasks.writes();
  if (exchange.hasFunctionScope) await closeFunctionScope(exchange);
  await exchange.tasks.storeDurable();
  return settled(exchange, reply);
}

function settled(exchange: Exchange, reply: Reply): Reply {
  exchange.conclude({ status: reply.status });
  return reply;
}

/** Its body is made when function scope has closed; what is added before its last chunk is stored before that. */
async function respondStreamed(
  exchange: Exchange,
  stream: (observer: StreamObserver) => Promise<Response>,
): Promise<Response> {
  const { tasks } = exchange;
  await exchange.tasks.writes();
  if (exchange.hasFunctionScope) await closeFunctionScope(exchange);
  const ended = exchange.livesLong();
  const streaming = stream({
    async beforeEnd() {
      await tasks.storeDurable();
      tasks.sealDurable();
      ended();
      await exchange.finishStream();
    },
    onError: (error) => failLate(exchange, error),
    onOver: () => {
      // The client has left before the end: what was added in the meantime is stored now.
      tasks.sealDurable();
      ended();
      void exchange.finishStream();
    },
  });
  const response = await storedFirst(streaming, tasks).catch((error: unknown) => {
    ended();
    throw error;
  });
  tasks.settle({ status: response.status });
  return response;
}

function streamOf(
  { route, responseDraft, source }: Exchange,
  value: AsyncIterable<unknown> | EventStream,
  observer: StreamObserver,
): Promise<Response> {
  const status = responseDraft.status ?? route.shape.status;
  return streamResponse(value, { status, draft: responseDraft, headOnly: source.method === "HEAD", observer });
}

/** The response, once the durable tasks of the handler are stored. If they can't be, its body is given up. */
async function storedFirst(streaming: Promise<Response>, tasks: TaskList): Promise<Response> {
  const response = await streaming;
  try {
    await tasks.storeDurable();
    return response;
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}

/** A failed clean-up, with all the errors there were. */
class ScopeFailure extends Error {
  readonly closed: Closed;

  constructor(closed: Closed) {
    super("function scope could not be closed");
    this.closed = closed;
  }
}

async function closeFunctionScope(exchange: Exchange): Promise<void> {
  const closed = await exchange.closeFunctionScope();
  if (closed.failure !== undefined) throw new ScopeFailure(closed);
}

/** The error path: what was added for success is dropped, dependencies see the error, and it becomes a response. */
export async function recover(exchange: Exchange, thrown: unknown): Promise<Reply> {
  const closed = await closeAfter(exchange, thrown);
  const error = closed.failure?.error;
  exchange.concludeWith(error);
  let response = await answerError(exchange, error, combined(closed));
  try {
    await exchange.tasks.storeDurable();
  } catch (unstored) {
    response = await answerError(exchange, unstored, unstored);
  }
  exchange.conclude({ status: response.status, error });
  return response;
}

/** Its request has failed. A scope that failed by itself is closed, and the request has been told by then. */
export async function closeAfter(exchange: Exchange, thrown: unknown): Promise<Closed> {
  if (thrown instanceof ScopeFailure) return thrown.closed;
  exchange.fail(thrown);
  return exchange.closeFunctionScope({ error: thrown });
}

/** A stream broke while it was sent: too late for another response, but a failure all the same. */
function failLate(exchange: Exchange, error: unknown): void {
  exchange.fail(error);
  reportRequest(exchange, { status: exchange.tasks.outcome?.status ?? 200, error });
}
