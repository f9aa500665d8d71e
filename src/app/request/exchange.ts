import { AsyncLocalStorage } from "node:async_hooks";

import type { Outcome } from "../../tasks/background-tasks.ts";
import { TaskList, type JobRunner, type TaskListHost } from "../../background/task-list.ts";
import type { Log } from "../../base/log.ts";
import type { AppScope } from "../../dependencies/app-scope.ts";
import { combined, type Closed, type Failure } from "../../dependencies/cleanup.ts";
import { Resolution, type ResolutionHost } from "../../dependencies/resolution.ts";
import type { AppParts } from "../app-parts.ts";
import type { CompiledRoute, Ready, ReadyStage } from "../routing/compiled-route.ts";
import type { Form } from "../uploads/form-draft.ts";
import type { ReadHost } from "../parameters/parameter-reader.ts";
import type { RequestObserver } from "./request-observer.ts";
import type { RequestSource } from "./request-source.ts";
import { checkRunnable } from "../platform.ts";
import { keepAlive } from "../response/ends/wait-until-end.ts";
import { DependencyContextObject, HandlerContextObject } from "./request-context.ts";
import { PlainReply, toResponse, type Reply } from "../response/plain-reply.ts";
import { ResponseDraft } from "../response/response-draft.ts";
import type { Over } from "../response/response-end.ts";

/** One request and its response: what is resolved, what is added, and what is left to do when the response is over. */
export class Exchange implements TaskListHost, ResolutionHost, ReadHost {
  readonly route: CompiledRoute;
  readonly source: RequestSource;
  readonly app: AppParts;
  readonly tasks: TaskList;
  /** Status, headers and cookies beside a plain value. */
  readonly responseDraft: ResponseDraft = new ResponseDraft();
  readonly #ready: Ready;
  readonly #resolution: Resolution;
  #signal: AbortController | undefined;
  #failure: Failure | undefined;
  #longLife: Promise<void> | undefined;
  #livesLong = false;
  #armed = false;
  #sent = false;
  #attached = false;
  #finished: (() => void) | undefined;

  /** `tasks`: where whoever received the request keeps its work; absent where that is this exchange. */
  constructor(route: CompiledRoute, source: RequestSource, app: AppParts, tasks?: TaskList) {
    this.route = route;
    this.source = source;
    this.app = app;
    this.#ready = route.ready;
    this.#resolution = new Resolution(this.#ready.plan, this);
    this.tasks = tasks ?? new TaskList(this);
  }

  get runner(): JobRunner {
    return this.app.runner;
  }

  get observer(): RequestObserver | undefined {
    return this.source.observer;
  }

  get trace(): string | undefined {
    return this.source.header("traceparent");
  }

  get appScope(): AppScope {
    return this.app.appScope;
  }

  get log(): Log {
    return this.app.log;
  }

  get values(): unknown[] {
    return this.#resolution.values;
  }

  ownerOf(value: unknown): string | undefined {
    return this.#resolution.functionScope?.ownerOf(value);
  }

  keepForm(form: Form): void {
    const end = (): Promise<void> => form.remove();
    this.#resolution.open("request").add({ label: "uploaded files", value: form, end });
  }

  createContext(): Record<string, unknown> {
    return new DependencyContextObject(this);
  }

  /** Guards and their parameters, then all other parameters together, then the dependencies in order. */
  resolve(start = 0): undefined | Promise<void> {
    const { stages } = this.#ready;
    for (let index = start; index < stages.length; index += 1) {
      const { reader, steps } = stages[index] as ReadyStage;
      const reading = reader?.read(this);
      if (reading !== undefined) {
        const isAll = steps.length === 0 && index === stages.length - 1;
        return isAll ? reading : this.#resolveRead(reading, index);
      }
      const resolving = this.#resolution.run(steps);
      if (resolving !== undefined) return this.#resolveNext(resolving, index);
    }
    return undefined;
  }

  async #resolveRead(reading: Promise<void>, index: number): Promise<void> {
    await reading;
    const resolving = this.#resolution.run((this.#ready.stages[index] as ReadyStage).steps);
    if (resolving !== undefined) await resolving;
    return this.resolve(index + 1);
  }

  async #resolveNext(resolving: Promise<void>, index: number): Promise<void> {
    await resolving;
    return this.resolve(index + 1);
  }

  /** What the handler receives. */
  handlerContext(): Record<string, unknown> {
    const context = new HandlerContextObject(this, this.responseDraft);
    return this.#resolution.assign(context, this.#ready.plan.outputs);
  }

  /** Aborts when the client has gone; for what lives long, at shutdown as well. */
  get signal(): AbortSignal {
    return this.#controller().signal;
  }

  #controller(): AbortController {
    return (this.#signal ??= follow(this.source.signal));
  }

  /** There is nobody left to work for. */
  abort(): void {
    this.#signal?.abort();
  }

  /**
   * Streams and sockets are told to end when a shutdown begins, and request scope waits for their end. The function
   * returned says that this one has ended.
   */
  livesLong(): () => void {
    const controller = this.#controller();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#longLife = promise;
    this.#livesLong = true;
    this.app.longLived.add(controller);
    return () => {
      this.app.longLived.delete(controller);
      this.#livesLong = false;
      resolve();
    };
  }

  /** Is anything open that must be closed before the response? */
  get hasFunctionScope(): boolean {
    return this.#resolution.functionScope !== undefined;
  }

  /** Closes function scope; the result says with which error the request goes on, if any. */
  async closeFunctionScope(failure?: Failure): Promise<Closed> {
    const scope = this.#resolution.functionScope;
    if (scope !== undefined) return scope.close(failure, (error) => this.fail(error));
    return { failure, errors: failure === undefined ? [] : [failure.error] };
  }

  /** How the request ends is known, as far as its handler decides it; no durable task is held back from now on. */
  conclude(outcome: Outcome): void {
    this.tasks.sealDurable();
    this.tasks.settle(outcome);
  }

  /** It has failed: what was added for its success is dropped, and request scope will not commit. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.tasks.fail(error);
  }

  /** The error that stands, after dependencies had their say. */
  concludeWith(error: unknown): void {
    this.#failure = { error };
  }

  /** The response goes out now; returns the one to send. */
  send(reply: Reply): Reply | Promise<Reply> {
    this.#sent = true;
    const final = this.#prepare(reply);
    if (this.app.runTasks === "before") return this.#livesLong ? final : this.#sendAfterTasks(final);
    if (!this.#endsLater && !this.#isUnread(final)) return final;
    if (!this.#armed) this.#keepAlive();
    this.#attached = true;
    if (!(final instanceof PlainReply)) return this.source.end.attach(final, this.#whenOver());
    this.source.end.attachLate(this.#whenOver());
    return final;
  }

  #prepare(reply: Reply): Reply {
    if (this.source.writesPlainReplies) return reply;
    const response = toResponse(reply);
    return this.source.sending?.(response) ?? response;
  }

  /** Is anything left to do when the response is over? A stream may add its first task on the way. */
  get #endsLater(): boolean {
    return this.#armed || this.#livesLong || this.#resolution.requestScope !== undefined;
  }

  async #sendAfterTasks(reply: Reply): Promise<Reply> {
    await this.finish();
    return reply;
  }

  /** Nobody reads a body that is left out, so it is to be cancelled. */
  #isUnread(reply: Reply): boolean {
    return this.source.method === "HEAD" && reply.body !== null;
  }

  /** A stream has nothing more to send. Where the process stops with the response, its work is done now, or never. */
  finishStream(): undefined | Promise<void> {
    if (this.app.runTasks !== "before" || !this.#sent || this.#attached) return undefined;
    this.#attached = true;
    return this.finish();
  }

  arm(): void {
    checkRunnable(this.app, () => this.source.end.waitUntil);
    this.awaitEnd();
  }

  awaitEnd(): void {
    if (!this.#armed) this.#keepAlive();
    this.#armed = true;
    if (!this.#sent || this.#attached || this.app.runTasks === "before") return;
    this.#attached = true;
    this.source.end.attachLate(this.#whenOver());
  }

  #keepAlive(): void {
    this.#finished = keepAlive(this.source.end.waitUntil);
  }

  /** Clean-up code expects the asynchronous context of its request, which the events of sockets have lost. */
  #whenOver(): Over {
    const over = (): undefined | Promise<void> => {
      const finishing = this.finish();
      return finishing === undefined ? undefined : this.app.track(finishing, this.route.name);
    };
    return this.#resolution.requestScope === undefined ? over : AsyncLocalStorage.bind(over);
  }

  /** The response is over: the tasks run, then request scope closes. */
  finish(): undefined | Promise<void> {
    const running = this.tasks.run();
    if (running === undefined && this.#longLife === undefined && this.#resolution.requestScope === undefined) {
      this.#finished?.();
      return undefined;
    }
    return this.#closeAfter(running);
  }

  async #closeAfter(running: undefined | Promise<void>): Promise<void> {
    await running;
    await this.closeRequestScope();
    this.#finished?.();
  }

  /** Is anything left to be closed when the tasks have run? */
  get hasRequestScope(): boolean {
    return this.#longLife !== undefined || this.#resolution.requestScope !== undefined;
  }

  /** Closes request scope, with the outcome of the handler. Never rejects. */
  async closeRequestScope(): Promise<void> {
    if (this.#longLife !== undefined) await this.#longLife;
    const closed = await this.#resolution.requestScope?.close(this.#failure);
    if (closed === undefined || closed.errors.length === (this.#failure === undefined ? 0 : 1)) return;
    const { name } = this.route;
    this.log.error(`${name}: request scope could not be closed after the response`, { error: combined(closed) });
  }
}

/** A controller of our own, because a shutdown aborts as well. */
function follow(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller;
}
