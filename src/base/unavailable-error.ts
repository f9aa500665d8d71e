import { AfterworkError, type ErrorCode, type ErrorExtras } from "./errors.ts";

/** What an {@link UnavailableError} is made of beside its code and message. */
export interface UnavailableExtras extends ErrorExtras {
  /** Seconds after which another try makes sense. Default 1. */
  readonly retryAfterSeconds?: number;
}

/**
 * Something can't be had for now. It says in the words that frameworks look for what a client is to be answered: Express and
 * Koa read `status` and `headers`, Fastify and Nest `statusCode`, H3 all of them; none of them shows the message to clients
 * where `expose` is false and the environment is production.
 */
export abstract class UnavailableError extends AfterworkError {
  // No accessors: Koa, and the package http-errors, write these to whatever error they answer.
  readonly status: number = 503;
  readonly statusCode: number = 503;
  readonly expose: boolean = false;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds: number;

  constructor(code: ErrorCode, message: string, extras: UnavailableExtras = {}) {
    super(code, message, extras);
    this.retryAfterSeconds = extras.retryAfterSeconds ?? 1;
    this.headers = { "retry-after": String(Math.ceil(this.retryAfterSeconds)) };
  }
}
