import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Can processes be tied to cores here, servers to one and what asks them to another? */
export const canPin: boolean = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** The command that has another run on just that core. */
export function pinnedTo(core: number, [command, args]: readonly [string, readonly string[]]): [string, string[]] {
  return ["taskset", ["--cpu-list", String(core), command, ...args]];
}
