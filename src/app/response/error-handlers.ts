import type { DependencyContext } from "../../background/depends.ts";
import { AfterworkError } from "../../base/errors.ts";
import { describe } from "../../base/options.ts";
import type { ResponseDraft } from "./response-draft.ts";

/** What an error handler is given beside the error. */
export interface ErrorContext extends DependencyContext {
  readonly request: Request;
  /** Its status is 500 unless it is set. */
  readonly response: ResponseDraft;
}

/** Makes a response of an error: a `Response`, or a plain value that is sent as JSON. */
export type ErrorHandler<Thrown> = (error: Thrown, context: ErrorContext) => unknown;

/** A class of errors, abstract ones included. */
export type ErrorClass<Thrown extends Error = Error> = abstract new (...args: never[]) => Thrown;

/** The handlers of an app, by class. The class nearest to that of the error wins. */
export class ErrorHandlers {
  readonly #handlers = new Map<unknown, ErrorHandler<never>>();

  add<Thrown extends Error>(errorClass: ErrorClass<Thrown>, handler: ErrorHandler<Thrown>): void {
    if (typeof errorClass !== "function") throw misuse("a class of errors", errorClass);
    if (typeof handler !== "function") throw misuse("a function", handler);
    if (this.#handlers.has(errorClass)) {
      throw new AfterworkError("INVALID_DEFINITION", `app.onError: ${errorClass.name} has a handler already`);
    }
    this.#handlers.set(errorClass, handler);
  }

  find(error: unknown): ErrorHandler<unknown> | undefined {
    if (this.#handlers.size === 0 || typeof error !== "object" || error === null) return undefined;
    let prototype: object | null = Object.getPrototypeOf(error) as object | null;
    while (prototype !== null) {
      const handler = this.#handlers.get(prototype.constructor);
      if (handler !== undefined) return handler as ErrorHandler<unknown>;
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
    return undefined;
  }
}

function misuse(wanted: string, got: unknown): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `app.onError: expected ${wanted}, got ${describe(got)}`);
}
