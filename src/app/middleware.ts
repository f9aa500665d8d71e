import type { MiddlewareHandler } from "hono";

import { AfterworkError, toError } from "../base/errors.ts";
import { describe } from "../base/options.ts";
import { isResponse } from "./response/is-response.ts";
import { sendable } from "./response/sendable.ts";

/** @throws {AfterworkError} `INVALID_DEFINITION` */
export function checkMiddleware(path: unknown, middleware: unknown): void {
  if (typeof path !== "string") throw misuse("a path", path);
  if (typeof middleware !== "function") throw misuse("a function", middleware);
}

function misuse(wanted: string, got: unknown): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `app.use: expected ${wanted}, got ${describe(got)}`);
}

/**
 * Hono hands nothing but errors to its error handler: whatever else is thrown would reach nobody. A response that can't
 * be sent is an error, too.
 */
export function withErrors(middleware: MiddlewareHandler): MiddlewareHandler {
  return async (context, next) => {
    try {
      const answer = await middleware(context, next);
      return isResponse(answer) ? sendable(answer) : answer;
    } catch (thrown) {
      throw toError(thrown);
    }
  };
}
