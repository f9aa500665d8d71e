import { aBoolean, anObject, checkOptions, expected, strings } from "../../base/options.ts";
import type { Inputs, NoReservedNames } from "../../dependencies/inputs.ts";
import { Router } from "../routing/router.ts";
import { addControlRoutes } from "./control-routes.ts";
import { addEventsRoute } from "./events-route.ts";
import type { JobsEngine } from "./job-lookup.ts";
import { addListRoute } from "./list-route.ts";
import { addStatusRoutes } from "./status-routes.ts";

/** What the routes of jobs show, and to whom. */
export interface JobRoutesOptions<Shared extends Inputs = {}> {
  /** Inputs that all the routes share, such as the guard that says who may see jobs. Default: none, so anybody may. */
  readonly inputs?: Shared & NoReservedNames<Shared>;
  /** Leaves out the routes that cancel and retry. Default false. */
  readonly readOnly?: boolean;
  /**
   * Shows also what only those should see who run the app: arguments, stacks of errors, names of workers, traces and the
   * fields of log lines. Default false.
   */
  readonly details?: boolean;
  /** Groups the routes in the documentation. Default `["jobs"]`. */
  readonly tags?: readonly string[];
}

/**
 * Routes that tell of an engine's jobs, for `app.include("/jobs", jobRoutes(engine))`: the list, the status, the result and
 * the events of a job, and its cancellation and retry. An id that is unknown, or can be none, is a 404; when the store is
 * down it is a 503. Results, messages of errors, progress and log messages are shown to whoever passes the `inputs`.
 *
 * @throws {InvalidOptionError}
 */
export function jobRoutes<const Shared extends Inputs = {}>(
  engine: JobsEngine,
  options: JobRoutesOptions<Shared> = {},
): Router<Shared> {
  checkOptions("jobRoutes", options, { inputs: anObject, readOnly: aBoolean, details: aBoolean, tags: strings });
  if (!isEngine(engine)) throw expected("jobRoutes", "an engine", engine);
  const { inputs, tags = ["jobs"], details = false, readOnly = false } = options;
  const router = new Router<Shared>(inputs === undefined ? { tags } : { tags, inputs });
  // The handlers look at no shared input, so what these are does not matter to them.
  const routes = router as unknown as Router;
  addListRoute(routes, { engine, details });
  addStatusRoutes(routes, { engine, details });
  addEventsRoute(routes, { engine, details });
  if (!readOnly) addControlRoutes(routes, engine);
  return router;
}

function isEngine(engine: unknown): boolean {
  if (typeof engine !== "object" || engine === null) return false;
  const names: readonly (keyof JobsEngine)[] = ["job", "jobs", "cancel", "retry"];
  return names.every((name) => typeof (engine as Record<string, unknown>)[name] === "function");
}
