import { toError } from "../../base/errors.ts";
import { isPromiseLike } from "../../base/promises.ts";
import type { Exchange } from "./exchange.ts";
import { HandlerContextObject } from "./request-context.ts";
import { answerTo, type Answer } from "../response/error-response.ts";
import type { Reply } from "../response/plain-reply.ts";
import { isResponse } from "../response/is-response.ts";
import { ResponseDraft } from "../response/response-draft.ts";
import { sendable } from "../response/sendable.ts";
import { jsonReply } from "../response/serialise.ts";

/** The response to a failed request: by the app's handler for such errors, or by what is known of the error itself. */
export async function answerError(exchange: Exchange, error: unknown, report: unknown): Promise<Reply> {
  exchange.source.noteError(toError(error));
  const handler = exchange.app.errorHandlers.find(error);
  if (handler === undefined) return reported(exchange, answerTo(error), report);
  const draft = new ResponseDraft();
  try {
    const handled = handler(error, new HandlerContextObject(exchange, draft));
    const value = isPromiseLike(handled) ? await handled : handled;
    if (isResponse(value)) return sendable(value);
    return await jsonReply(value, { status: 500, schema: undefined }, draft);
  } catch (raised) {
    return reported(exchange, answerTo(raised), raised);
  }
}

function reported(exchange: Exchange, answer: Answer, error: unknown): Response {
  if (answer.unexpected) {
    reportRequest(exchange, { status: answer.response.status, error: answer.unsendable ?? error });
  }
  return answer.response;
}

/** Tells whoever listens of an error that nobody has foreseen; without a listener it is logged. */
export function reportRequest(exchange: Exchange, failed: { readonly status: number; readonly error: unknown }): void {
  const { method, path } = exchange.route.definition;
  const observed = exchange.observer?.onRequestFailed(failed.error) ?? false;
  if (exchange.app.events.emit("requestFailed", { method, path, ...failed }) || observed) return;
  exchange.log.error(`${exchange.route.name} failed`, failed);
}
