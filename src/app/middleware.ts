import type { MiddlewareHandler } from "hono";

import { AfterworkError, toError } from "../base/errors.ts";
import { describe } from "../base/options.ts";

/** @throws {AfterworkError} `INVALID_DEFINITION` */
export function checkMiddleware(path: unknown, middleware: unknown): void {
  if (typeof path !== "string") throw misuse("a path", path);
  if (typeof middleware !== "function") throw misuse("a function", middleware);
}

function misuse(wanted: string, got: unknown): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `app.use: expected ${wanted}, got ${describe(got)}`);
}

/** Hono hands nothing but errors to its error handler: whatever else is thrown would reach nobody. */
export function withErrors(middleware: MiddlewareHandler): MiddlewareHandler {
  return async (context, next) => {
    try {
      return await middleware(context, next);
    } catch (thrown) {
      throw toError(thrown);
    }
  };
}
