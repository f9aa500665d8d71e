// The process of one phase: told its role and its settings on the command line, it answers once and ends.
import { playRole } from "./play-role.ts";
import type { RoleName, RoleSettings } from "./role.ts";
import { buildOthers, measureClaims } from "./roles/claims.ts";
import { measureDrain } from "./roles/drain.ts";
import { enqueueInBulk, enqueueInFlight, enqueueOneByOne } from "./roles/enqueue.ts";
import { measureLatency, measureLatencyAcross } from "./roles/latency.ts";
import { noteStarts } from "./roles/starts.ts";

await playRole<RoleSettings>({
  one: enqueueOneByOne,
  "in-flight": enqueueInFlight,
  bulk: enqueueInBulk,
  drain: measureDrain,
  latency: measureLatency,
  "latency-across": measureLatencyAcross,
  claims: measureClaims,
  "build-others": buildOthers,
  "note-starts": noteStarts,
} satisfies Record<RoleName, unknown>);
