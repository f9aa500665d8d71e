import { AsyncLocalStorage } from "node:async_hooks";

import type { AppParts } from "../app/app-parts.ts";
import { checkRunnable } from "../app/platform.ts";
import type { Exchange } from "../app/request/exchange.ts";
import { keepAlive } from "../app/response/ends/wait-until-end.ts";
import { answerTo } from "../app/response/error-response.ts";
import type { Over, WaitUntil } from "../app/response/response-end.ts";
import { observerHeader, type VisitObserver } from "../app/request/request-observer.ts";
import { TaskList, type JobRunner, type TaskListHost } from "../background/task-list.ts";

const none: readonly Exchange[] = [];

/**
 * One request that another framework received: its work, from the first `addTask` until all of it has been done. What
 * differs from framework to framework stands in derived classes: when a response is over, and how its head is held.
 */
export abstract class Visit implements TaskListHost {
  readonly parts: AppParts;
  readonly tasks: TaskList;
  /** The exchanges of injected handlers: those whose function scope may be open, and all of them. */
  #open: readonly Exchange[] = none;
  #exchanges: readonly Exchange[] = none;
  #closers: (() => Promise<void>)[] | undefined;
  #armed = false;
  #busy = 0;
  #isOver = false;
  #done = false;
  #failed = false;
  #ran = false;
  #finished: (() => void) | undefined;
  /** The first error that was left to the framework. */
  #failure: { readonly error: unknown } | undefined;
  /** Ends when all has been done, if somebody watches. */
  #watched: PromiseWithResolvers<void> | undefined;

  constructor(parts: AppParts) {
    this.parts = parts;
    this.tasks = new TaskList(this);
    // The derived class has to be complete before its request can be looked at.
    if (parts.observers !== undefined) queueMicrotask(() => this.#showItself());
  }

  get observer(): VisitObserver | undefined {
    const { observers } = this.parts;
    return observers === undefined ? undefined : observers.get(this.header(observerHeader) ?? "");
  }

  /** A header of the request, by its name in small letters. */
  abstract header(name: string): string | undefined;

  /** How messages call the request: method and path, never the query. */
  abstract readonly name: string;

  /** The status of the response as it stands. */
  protected abstract readonly status: number;

  /** Has `over` called once when the response has been sent, or the client has gone. Called at most once. */
  protected abstract whenOver(over: Over): void;

  /** Something must be done before the head, or the end, of the response leaves: `beforeHead` has to be called then. */
  protected abstract hold(): void;

  /** The error that broke the response off while it was sent; `undefined` when it was complete, or the client left. */
  protected get brokenBy(): unknown {
    return undefined;
  }

  /** Has the platform wait for a promise, even if the client goes; `undefined` where nobody can be told. */
  protected get waitUntil(): WaitUntil | undefined {
    return undefined;
  }

  /** Does a status from 500 on mean that the request has failed? Where no hook of the framework tells all errors. */
  protected get failsByStatus(): boolean {
    return false;
  }

  get runner(): JobRunner {
    return this.parts.runner;
  }

  get trace(): string | undefined {
    return this.header("traceparent");
  }

  ownerOf(value: unknown): string | undefined {
    for (const exchange of this.#open) {
      const owner = exchange.ownerOf(value);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  arm(): void {
    checkRunnable(this.parts, () => this.waitUntil);
    if (this.parts.runTasks === "before") this.hold();
    this.awaitEnd();
  }

  awaitEnd(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#finished = keepAlive(this.waitUntil);
    this.whenOver(() => this.#over());
  }

  awaitStore(): void {
    this.awaitEnd();
    this.hold();
  }

  /** A handler has begun that is to end before the work of the request is done, even if the client has gone. */
  enter(): void {
    this.#busy += 1;
  }

  /** It has ended. */
  leave(): void {
    this.#busy -= 1;
    if (this.#busy === 0 && this.#isOver) void this.#finish();
  }

  /** Its dependencies are closed before the response is sent, or after its tasks, whichever they are for. */
  join(exchange: Exchange): void {
    this.#open = [...this.#open, exchange];
    this.#exchanges = [...this.#exchanges, exchange];
  }

  /** Its handler is through: what lives as long as the request is closed after the tasks. */
  part(exchange: Exchange): void {
    this.#open = this.#open.filter((one) => one !== exchange);
    if (!exchange.hasRequestScope) return;
    // Clean-up code expects the asynchronous context of its request, which the events of sockets have lost.
    (this.#closers ??= []).push(AsyncLocalStorage.bind(() => exchange.closeRequestScope()));
    this.awaitEnd();
  }

  /** Function scope is open and the handler may answer by itself: the answer waits until the scope is closed. */
  holdForScopes(): void {
    this.hold();
  }

  /** Has the request been said to have failed? */
  protected get failed(): boolean {
    return this.#failed;
  }

  /** The request has failed, by an error that was left to the framework. */
  fail(error: unknown): void {
    this.markFailed(error);
    this.#failure ??= { error };
  }

  /**
   * The request has failed: what was added for its success is dropped, and request scope will not commit. What is added
   * after that runs, whatever fails then.
   */
  markFailed(error: unknown): void {
    if (this.#failed) this.tasks.settle({ ...this.tasks.outcome, error });
    else this.tasks.fail(error);
    this.#failed = true;
    for (const exchange of this.#exchanges) exchange.concludeWith(error);
  }

  /**
   * The head of the response, or the end of a body whose head has gone, is about to be sent: function scopes close, then
   * durable tasks are stored. `undefined` when there is nothing to do.
   *
   * @throws what made that fail: the response must not be sent as it is.
   */
  beforeHead(): undefined | Promise<void> {
    const preparing = this.#prepareHead();
    return preparing && this.#busyUntil(preparing);
  }

  /** If the client goes meanwhile, its tasks wait: the request may still fail. */
  async #busyUntil(preparing: Promise<void>): Promise<void> {
    this.enter();
    try {
      await preparing;
    } finally {
      this.leave();
    }
  }

  #prepareHead(): undefined | Promise<void> {
    this.#judgeStatus();
    if (this.#open.some((exchange) => exchange.hasFunctionScope)) return this.#closeAndStore();
    const storing = this.tasks.storeDurable();
    if (this.parts.runTasks === "before") return this.#storeAndRun(storing);
    return storing?.catch((error: unknown) => this.#refuse(error));
  }

  async #closeAndStore(): Promise<void> {
    const open = this.#open;
    this.#open = none;
    try {
      await this.tasks.writes();
      for (const exchange of open) {
        const { failure } = await exchange.closeFunctionScope();
        if (failure !== undefined) throw failure.error;
      }
    } catch (error) {
      this.#refuse(error);
    }
    await this.#prepareHead();
  }

  async #storeAndRun(storing: undefined | Promise<void>): Promise<void> {
    try {
      await storing;
    } catch (error) {
      this.#refuse(error);
    }
    if (!this.#armed || this.#ran) return;
    this.#ran = true;
    this.tasks.settle({ ...this.tasks.outcome, status: this.status });
    await this.tasks.run();
  }

  /** The response could not be sent, mostly because of what `beforeHead` threw, and something else is in its place. */
  onRefused(error: unknown): void {
    if (!this.#failed) this.fail(error);
    this.parts.log.error(`${this.name} was refused when it was about to be answered`, { error });
  }

  /** Whoever watches waits for the end, even if there is nothing to do then. */
  #showItself(): void {
    const { observer } = this;
    if (observer === undefined) return;
    this.#watched = Promise.withResolvers();
    observer.onVisit(this.#watched.promise);
    if (this.#done) this.#watched.resolve();
    else this.awaitEnd();
  }

  /** At the end, when it shows whether the framework's user had an answer to the error: then it was foreseen. */
  #tellFailure(): void {
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    const isUnanswered = this.status >= 500 || (this.status < 300 && this.brokenBy === error);
    if (isUnanswered && answerTo(error).unexpected) this.observer?.onRequestFailed(error);
  }

  #refuse(error: unknown): never {
    this.fail(error);
    throw error;
  }

  #judgeStatus(): void {
    if (this.#failed || !this.failsByStatus || this.status < 500) return;
    this.markFailed(new Error(`${this.name} was answered with the status ${this.status}`));
  }

  #over(): undefined | Promise<void> {
    this.#isOver = true;
    return this.#busy === 0 ? this.#finish() : undefined;
  }

  /** The response is over, and so is the handler: the tasks run, then request scope closes. */
  #finish(): undefined | Promise<void> {
    if (this.#done) return undefined;
    this.#done = true;
    const { brokenBy } = this;
    if (brokenBy !== undefined && !this.#failed) this.fail(brokenBy);
    this.#judgeStatus();
    if (this.#watched !== undefined) this.#tellFailure();
    this.tasks.settle({ ...this.tasks.outcome, status: this.status });
    const running = this.#ran ? undefined : this.tasks.run();
    const isDone = running === undefined && this.#closers === undefined;
    if (isDone) this.#finished?.();
    const done = isDone ? undefined : this.parts.track(this.#closeAfter(running), this.name);
    this.#watched?.resolve(done);
    return done;
  }

  async #closeAfter(running: undefined | Promise<void>): Promise<void> {
    await running;
    for (const close of (this.#closers ?? []).toReversed()) await close();
    this.#finished?.();
  }
}
