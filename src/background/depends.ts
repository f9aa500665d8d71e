import type { Log } from "../base/log.ts";
import { createDepends, type Depends } from "../dependencies/depends.ts";
import type { BackgroundTasks } from "../tasks/background-tasks.ts";

/** What a dependency of `function` or `request` scope is given beside its inputs. */
export interface DependencyContext {
  /** The work of the request, shared by its whole tree; in a task's run, the work of that run. */
  readonly background: BackgroundTasks;
  /** Aborts when the client has gone; in a task, on its timeout or cancellation. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Defines dependencies: `depends` for the time of a handler, `depends.guard` for what must come first,
 * `depends.request` for what tasks share, `depends.app` for what there is one of.
 */
export const depends: Depends<DependencyContext> = createDepends<DependencyContext>();
