// The process of one phase: told its role and its settings on the command line, it answers once and ends.
import type { ChildMessage, RoleName, RoleSettings } from "./role.ts";
import { buildOthers, measureClaims } from "./roles/claims.ts";
import { measureDrain } from "./roles/drain.ts";
import { enqueueInBulk, enqueueInFlight, enqueueOneByOne } from "./roles/enqueue.ts";
import { measureLatency, measureLatencyAcross } from "./roles/latency.ts";
import { noteStarts } from "./roles/starts.ts";

const roles: Record<RoleName, (settings: RoleSettings) => Promise<unknown>> = {
  one: enqueueOneByOne,
  "in-flight": enqueueInFlight,
  bulk: enqueueInBulk,
  drain: measureDrain,
  latency: measureLatency,
  "latency-across": measureLatencyAcross,
  claims: measureClaims,
  "build-others": buildOthers,
  "note-starts": noteStarts,
};

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const [role = "", settings = ""] = process.argv.slice(2);
// Nobody is left to measure for.
process.on("disconnect", () => process.exit(1));
try {
  const result = await roles[role as RoleName](JSON.parse(settings) as RoleSettings);
  tell({ type: "result", result });
} catch (error) {
  tell({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.removeAllListeners("disconnect");
process.removeAllListeners("message");
process.disconnect();
