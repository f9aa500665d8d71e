import type { CallHandler, ExecutionContext, NestInterceptor } from "@nestjs/common";
import { catchError, concatMap, finalize, from, map, of, type Observable } from "rxjs";

import { answerTo, isForeseen } from "../../app/response/error-response.ts";
import type { Afterwork } from "./afterwork.ts";
import { AnsweredException } from "./answered-exception.ts";
import type { NestVisit } from "./nest-visit.ts";

/** Stands around every method of the controllers: what they have opened ends with them, and their errors fail the request. */
export class WorkInterceptor implements NestInterceptor {
  readonly #work: Afterwork;

  constructor(work: Afterwork) {
    this.#work = work;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== "http") return next.handle();
    const visit = this.#work.visitOf(context);
    visit.enter();
    return next.handle().pipe(
      concatMap((value) => (visit.hasOpenings ? from(completed(visit, value)) : of(value))),
      map((value) => visit.send(value, context.switchToHttp().getResponse())),
      catchError((error: unknown) => from(refuse(visit, error))),
      finalize(() => void visit.end()),
    );
  }
}

async function completed(visit: NestVisit, value: unknown): Promise<unknown> {
  await visit.complete();
  return value;
}

/** Errors that the package knows an answer to become exceptions of Nest's; all others are Nest's anyway. */
async function refuse(visit: NestVisit, thrown: unknown): Promise<never> {
  const error = await visit.abandon(thrown);
  if (error instanceof AnsweredException) throw error;
  visit.fail(error);
  if (!isForeseen(error)) throw error;
  const { response, unexpected } = answerTo(error);
  if (unexpected) visit.onRefused(error);
  throw await AnsweredException.of(response, visit.outgoing, error);
}
