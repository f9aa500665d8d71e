import type { ServerResponse } from "node:http";

import { HttpException } from "@nestjs/common";

import { toResponse, type Reply } from "../../app/response/plain-reply.ts";
import { setHeaders } from "../write-reply.ts";

/** An answer of the package's to an error, as Nest and the exception filters of its users understand it. */
export class AnsweredException extends HttpException {
  /** What belongs to the answer beside status and body is set on the response. `cause`: the error that is answered. */
  static async of(reply: Reply, outgoing: ServerResponse, cause: unknown): Promise<AnsweredException> {
    const response = toResponse(reply);
    const { status, headers } = response;
    const isJson = headers.get("content-type")?.startsWith("application/json") === true;
    const body = isJson ? ((await response.json()) as object) : await response.text();
    headers.delete("content-type");
    setHeaders(headers, outgoing);
    return new AnsweredException(body, status, { cause });
  }
}
