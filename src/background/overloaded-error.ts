import { UnavailableError } from "../base/unavailable-error.ts";

/** A queue is at its limit and takes nothing more for now. Code `OVERLOADED`; over HTTP a 503 with `Retry-After`. */
export class OverloadedError extends UnavailableError {
  constructor(message: string, retryAfterSeconds: number = 1) {
    super("OVERLOADED", message, { retryAfterSeconds, details: { retryAfterSeconds } });
  }
}
