import type { AppEvents } from "../app/app-events.ts";
import { Host } from "../app/host.ts";
import { checkHostOptions, defaultBodyLimit, type HostOptions, type ShutdownBudget } from "../app/host-options.ts";
import type { Replacement } from "../app/replacement.ts";
import type { VisitObserver } from "../app/request/request-observer.ts";
import type { ErrorClass, ErrorHandler } from "../app/response/error-handlers.ts";
import type { StartOptions, WatchableWork } from "../app/servable-app.ts";
import type { DurablePort } from "../background/durable-port.ts";
import type { DrainBudget } from "../background/task-runner.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { Injection } from "./injection.ts";

/**
 * What an adapter adds to its framework as a whole: the tasks of its requests, their dependencies, the engine's worker, and
 * one life from start to shutdown. Each adapter adds to this what its framework calls middleware, plugin or module.
 */
export abstract class Adapter implements WatchableWork {
  readonly #host: Host;
  readonly #bodyLimit: number;
  readonly #injections: Injection[] = [];

  /** `owner`: how messages call it. @throws {InvalidOptionError} @throws {PlatformError} where tasks would be lost. */
  constructor(owner: string, options: HostOptions) {
    checkHostOptions(owner, options);
    this.#host = new Host(options);
    this.#bodyLimit = options.bodyLimit ?? defaultBodyLimit;
  }

  protected get host(): Host {
    return this.#host;
  }

  /** Takes the arguments of `inject`. */
  protected define(args: readonly unknown[]): Injection {
    const injection = new Injection(this.#host, this.#bodyLimit, args);
    this.#injections.push(injection);
    return injection;
  }

  /**
   * Makes every dependency of `app` scope that an injected handler reaches, and starts the engine's worker, unless told not
   * to: what can't start fails here. Calling it again does nothing that has been done.
   */
  start(options: StartOptions = {}): Promise<void> {
    return this.#host.start(() => this.#injections.flatMap((one) => one.appDependencies), options);
  }

  /** Is it started and not draining? For a readiness probe. */
  get ready(): boolean {
    return this.#host.ready;
  }

  /** Says that no more requests should come: `ready` is false, and streams are told to end. */
  beginShutdown(): void {
    this.#host.beginShutdown();
  }

  /**
   * Drains the tasks, then closes `app` scope. Returns the names of tasks that were abandoned. Calling it again returns the
   * same promise.
   */
  close(budget: Partial<DrainBudget> = {}): Promise<readonly string[]> {
    return this.#host.close(budget);
  }

  /** Resolves when the work of all responses so far has been done. */
  idle(): Promise<void> {
    return this.#host.idle();
  }

  /** Answers errors of injected handlers by class, as `app.onError` does. */
  onError<Thrown extends Error>(errorClass: ErrorClass<Thrown>, handler: ErrorHandler<Thrown>): this {
    this.#host.onError(errorClass, handler);
    return this;
  }

  /** Listens; the function returned stops that. */
  on<Name extends keyof AppEvents>(name: Name, listener: (event: AppEvents[Name]) => unknown): () => void {
    return this.#host.on(name, listener);
  }

  /** Puts something in the place of a dependency; for tests. The function returned undoes it. */
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void {
    return this.#host.override(dependency, replacement);
  }

  get engine(): DurablePort | undefined {
    return this.#host.engine;
  }

  get shutdownBudget(): ShutdownBudget {
    return this.#host.shutdownBudget;
  }

  /** Has requests watched that name `id` in their header; for tests. The function returned stops that. */
  observe(id: string, observer: VisitObserver): () => void {
    const { parts } = this.#host;
    const observers = (parts.observers ??= new Map());
    observers.set(id, observer);
    return () => void observers.delete(id);
  }
}
