import { AfterworkError } from "../base/errors.ts";

/** A queue is at its limit and takes nothing more for now. Code `OVERLOADED`; over HTTP a 503 with `Retry-After`. */
export class OverloadedError extends AfterworkError {
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number = 1) {
    super("OVERLOADED", message, { details: { retryAfterSeconds } });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
