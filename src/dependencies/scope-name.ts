/**
 * How long a dependency lives. `function`: until the handler has returned. `request`: until the request's in-process
 * tasks have run. `app`: from the start to the shutdown. In a task's run, `function` and `request` are that run.
 */
export type ScopeName = "function" | "request" | "app";

const rank: Readonly<Record<ScopeName, number>> = { function: 0, request: 1, app: 2 };

/** May something of the scope `dependant` hold something of the scope `dependency`? */
export function livesAtLeastAsLong(dependency: ScopeName, dependant: ScopeName): boolean {
  return rank[dependency] >= rank[dependant];
}
