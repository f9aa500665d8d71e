import { AfterworkError } from "../../base/errors.ts";
import { anObject, checkOptions, describe, strings, type OptionRule } from "../../base/options.ts";
import type { Input } from "../../dependencies/input.ts";
import type { Inputs, NoReservedNames } from "../../dependencies/inputs.ts";
import { compilePlan } from "../../dependencies/plan.ts";
import { withGroup, type RouteDefinition, type RouteGroup } from "./route.ts";
import { Routes } from "./routes.ts";

/** What the routes of a router share. */
export interface RouterOptions<Shared extends Inputs = {}> {
  /** Stands before every path, such as `/users`. Default: nothing. */
  readonly prefix?: string;
  /** Groups the routes in the documentation. */
  readonly tags?: readonly string[];
  /** Inputs that every handler of the router receives. They are resolved before its own. */
  readonly inputs?: Shared & NoReservedNames<Shared>;
}

/** The rule for prefixes. */
const aPrefix: OptionRule = {
  expected: 'a path that begins with "/" and does not end with one',
  accepts: (value) => typeof value === "string" && (value === "" || /^\/.*[^/]$/.test(value)),
};

/** A router, whatever inputs its handlers share. */
export interface AnyRouter {
  /** Hands its routes over; none can be added afterwards. */
  handOver(): readonly RouteDefinition[];
}

/** A group of routes, to be included in an app or in another router. */
export class Router<const Shared extends Inputs = {}> extends Routes<Shared> implements AnyRouter {
  readonly #group: RouteGroup;
  readonly #routes: RouteDefinition[] = [];
  #included = false;

  /** @throws {InvalidOptionError} */
  constructor(options: RouterOptions<Shared> = {}) {
    super();
    checkOptions("Router", options, { prefix: aPrefix, tags: strings, inputs: anObject });
    const inputs: Readonly<Record<string, Input>> = options.inputs ?? {};
    compilePlan(inputs, { owner: "Router", side: "handler" });
    this.#group = { prefix: options.prefix ?? "", tags: options.tags ?? [], inputs };
  }

  /** Takes in the routes of another router, behind a prefix if one is given. */
  include(router: AnyRouter): this;
  include(prefix: string, router: AnyRouter): this;
  include(...args: [AnyRouter] | [string, AnyRouter]): this {
    for (const route of routesOf(args)) this.register(route);
    return this;
  }

  protected override register(route: RouteDefinition): void {
    const whole = withGroup(route, this.#group);
    const owner = `${whole.method} ${whole.path}`;
    if (this.#included) {
      throw new AfterworkError(
        "INVALID_DEFINITION",
        `${owner}: the router has been included already; add its routes before`,
      );
    }
    compilePlan(whole.inputs, { owner, side: "handler" });
    this.#routes.push(whole);
  }

  handOver(): readonly RouteDefinition[] {
    this.#included = true;
    return this.#routes;
  }
}

/** The routes that `include(router)` or `include(prefix, router)` brings. */
export function routesOf(args: readonly [AnyRouter] | readonly [string, AnyRouter]): readonly RouteDefinition[] {
  const [prefix, router] = args.length === 2 ? args : ["", args[0]];
  if (!aPrefix.accepts(prefix))
    throw invalid(`include: expected a prefix to be ${aPrefix.expected}, got ${describe(prefix)}`);
  if (!(router instanceof Router)) throw invalid(`include: expected a Router, got ${describe(router)}`);
  return router.handOver().map((route) => withGroup(route, { prefix, tags: [], inputs: {} }));
}

function invalid(message: string): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", message);
}
