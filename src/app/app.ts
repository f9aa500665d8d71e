import { Hono, type Context, type MiddlewareHandler } from "hono";

import type { DurablePort } from "../background/durable-port.ts";
import type { DrainBudget } from "../background/task-runner.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import type { Inputs } from "../dependencies/inputs.ts";
import { compilePlan } from "../dependencies/plan.ts";
import type { AppEvents } from "./app-events.ts";
import { checkAppOptions, type AppOptions } from "./app-options.ts";
import type { AppParts } from "./app-parts.ts";
import { Host } from "./host.ts";
import { defaultBodyLimit, type ShutdownBudget } from "./host-options.ts";
import { CompiledRoute } from "./routing/compiled-route.ts";
import { addDocsRoutes } from "./openapi/docs-routes.ts";
import { handleRequest } from "./request/handle-request.ts";
import { failFromOutside } from "./request/fail-from-outside.ts";
import { socketUpgradeOf } from "./socket/socket-upgrade.ts";
import { handleSocket } from "./request/handle-socket.ts";
import { HonoSource } from "./request/hono-source.ts";
import { openApiDocument, type OpenApiDocument } from "./openapi/openapi.ts";
import { detail } from "./response/error-response.ts";
import { withPreparedHeaders } from "./response/prepared-headers.ts";
import { checkMiddleware, withErrors } from "./middleware.ts";
import type { ErrorClass, ErrorHandler } from "./response/error-handlers.ts";
import { watchOutermost } from "./response/ends/end-of-request.ts";
import { withGroup, type RouteDefinition, type RouteGroup } from "./routing/route.ts";
import { DirectRoutes } from "./routing/direct-routes.ts";
import { RouteTable } from "./routing/route-table.ts";
import { routesOf, type AnyRouter } from "./routing/router.ts";
import type { ServableApp, StartOptions } from "./servable-app.ts";
import type { Replacement } from "./replacement.ts";
import { Routes } from "./routing/routes.ts";
import { HTTPException } from "./http-exception.ts";

/**
 * An HTTP API: routes with typed inputs, dependencies, and work after the response. `fetch` is a standard fetch handler;
 * `serve` puts it on a port.
 */
export class App<const Shared extends Inputs = {}> extends Routes<Shared> implements ServableApp {
  readonly #hono = new Hono({ strict: false });
  readonly #table = new RouteTable();
  readonly #host: Host;
  readonly #parts: AppParts;
  readonly #group: RouteGroup;
  readonly #options: AppOptions<Shared>;
  readonly #bodyLimit: number;
  #sealed = false;

  /** @throws {InvalidOptionError} @throws {PlatformError} where in-process tasks would be lost. */
  constructor(options: AppOptions<Shared> = {}) {
    super();
    checkAppOptions(options as AppOptions<never>);
    this.#options = options;
    this.#group = { prefix: "", tags: [], inputs: options.inputs ?? {} };
    compilePlan(this.#group.inputs, { owner: "App", side: "handler" });
    this.#bodyLimit = options.bodyLimit ?? defaultBodyLimit;
    this.#host = new Host(options);
    this.#parts = this.#host.parts;
    this.#hono.notFound((context) => withPreparedHeaders(context, this.#notFound(context)));
    this.#hono.onError(async (error, context) => withPreparedHeaders(context, await this.#failed(error, context)));
  }

  /** Adds Hono middleware, for all paths or for one pattern. It runs in the order in which it and routes were added. */
  use(middleware: MiddlewareHandler): this;
  use(path: string, middleware: MiddlewareHandler): this;
  use(...args: [MiddlewareHandler] | [string, MiddlewareHandler]): this {
    const [path, middleware] = args.length === 1 ? ["*", args[0]] : args;
    checkMiddleware(path, middleware);
    this.#refuseSealed(`middleware for ${path}`);
    this.#prepareMiddleware();
    this.#hono.use(path, withErrors(middleware));
    return this;
  }

  /** Takes in the routes of a router, behind a prefix if one is given. The router can't be added to afterwards. */
  include(router: AnyRouter): this;
  include(prefix: string, router: AnyRouter): this;
  include(...args: [AnyRouter] | [string, AnyRouter]): this {
    for (const route of routesOf(args)) this.register(route);
    return this;
  }

  /** Answers errors of a class, and of the classes derived from it that have no handler of their own. */
  onError<Thrown extends Error>(errorClass: ErrorClass<Thrown>, handler: ErrorHandler<Thrown>): this {
    this.#host.onError(errorClass, handler);
    return this;
  }

  /** Listens; the function returned stops that. */
  on<Name extends keyof AppEvents>(name: Name, listener: (event: AppEvents[Name]) => unknown): () => void {
    return this.#host.on(name, listener);
  }

  /** Puts something in the place of a dependency, in handlers and tasks; for tests. The function returned undoes it. */
  override<Value>(dependency: Dependency<Value>, replacement: Replacement<Value>): () => void {
    return this.#host.override(dependency, replacement);
  }

  /** Is it started and not draining? For a readiness probe. */
  get ready(): boolean {
    return this.#host.ready;
  }

  /** The OpenAPI 3.1 document of all routes. */
  openapi(): OpenApiDocument {
    const { title = "Afterwork", version = "0.1.0", description } = this.#options;
    const routes = this.#table.all.filter(({ definition }) => definition.kind === "http");
    return openApiDocument(
      { title, version, description },
      routes.map((route) => route.describe()),
    );
  }

  /** Answers one request; the parameters are those of every fetch handler. May be passed around by itself. */
  readonly fetch = (
    request: Request,
    environment?: object,
    executionContext?: unknown,
  ): Response | Promise<Response> => {
    if (!this.#sealed) this.#seal();
    return this.#hono.fetch(request, environment, executionContext as never);
  };

  /**
   * Makes every dependency of `app` scope that a route reaches. `serve` and adapters call it before they listen, so that
   * what can't start fails there; then starts the engine's worker, unless told not to. Calling it again does nothing that
   * has been done.
   */
  async start(options: StartOptions = {}): Promise<void> {
    this.#seal();
    await this.#host.start(() => this.#table.all.flatMap((route) => route.ready.plan.appDependencies), options);
  }

  /** Says that no more requests should come: `ready` is false, and streams and sockets are told to end. */
  beginShutdown(): void {
    this.#host.beginShutdown();
  }

  /**
   * Drains the tasks, then closes `app` scope. Returns the names of tasks that were abandoned, and of routes whose sockets
   * or clean-up did not end. Calling it again returns the same promise. `budget` may shorten what the options say.
   */
  close(budget: Partial<DrainBudget> = {}): Promise<readonly string[]> {
    return this.#host.close(budget);
  }

  /** Resolves when the work of all responses so far has been done. Waits for open sockets as well. */
  idle(): Promise<void> {
    return this.#host.idle();
  }

  get engine(): DurablePort | undefined {
    return this.#host.engine;
  }

  get directRoutes(): DirectRoutes | undefined {
    if (this.#parts.exchanges !== undefined) return undefined;
    this.#seal();
    return new DirectRoutes(this.#table.all, this.#parts);
  }

  /** The patience that `close` has. */
  get shutdownBudget(): ShutdownBudget {
    return this.#host.shutdownBudget;
  }

  protected override register(route: RouteDefinition): void {
    const whole = withGroup(route, this.#group);
    this.#refuseSealed(`${whole.method} ${whole.path}`);
    const compiled = new CompiledRoute(whole, this.#parts.overrides, this.#bodyLimit);
    this.#table.add(compiled);
    const parts = this.#parts;
    const handler =
      whole.kind === "socket"
        ? (context: Context) => handleSocket(compiled, context, parts)
        : (context: Context) => {
            if (socketUpgradeOf(context) !== undefined) throw new HTTPException(400, "expected no upgrade here");
            const response = handleRequest(compiled, new HonoSource(context), parts);
            if (parts.exchanges === undefined) return response;
            return response.then((made) => withPreparedHeaders(context, made));
          };
    this.#hono.on(whole.method, whole.path, handler);
  }

  /** The documentation comes last, so that middleware stands before it as well. */
  #seal(): void {
    if (this.#sealed) return;
    const { docs = true } = this.#options;
    if (docs !== false) addDocsRoutes(this.#hono, () => this.openapi(), docs === true ? {} : docs);
    this.#sealed = true;
  }

  /** The first middleware needs some of our own before it. */
  #prepareMiddleware(): void {
    if (this.#parts.exchanges !== undefined) return;
    this.#parts.exchanges = new WeakMap();
    this.#hono.use("*", watchOutermost);
  }

  #refuseSealed(what: string): void {
    if (!this.#sealed) return;
    throw new AfterworkError("INVALID_DEFINITION", `${what}: the app has started; add routes and middleware before`);
  }

  #notFound(context: Context): Response {
    const methods = this.#table.methodsOf(context.req.path);
    if (methods.length === 0) return detail(404, "Not Found");
    return detail(405, "Method Not Allowed", { allow: methods.join(", ") });
  }

  /** Errors of middleware; those of routes have been answered before. */
  #failed(error: Error, context: Context): Promise<Response> {
    return failFromOutside(error, new HonoSource(context), this.#parts);
  }
}
