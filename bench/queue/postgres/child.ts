// The process of one phase of one contender: told its role and its settings on the command line, it answers once and ends.
import { playRole } from "../play-role.ts";
import type { RoleName, RoleSettings } from "./role.ts";
import { fillWithOthers, measureClaims } from "./roles/claims.ts";
import { measureDrain } from "./roles/drain.ts";
import { drainPart, measureDrainAcross } from "./roles/drain-across.ts";
import { enqueueInBulk, enqueueInFlight } from "./roles/enqueue.ts";
import { measureLatency, measureLatencyWithin } from "./roles/latency.ts";
import { measureOldSnapshot } from "./roles/old-snapshot.ts";
import { noteStarts } from "./roles/starts.ts";

await playRole<RoleSettings>({
  "in-flight": enqueueInFlight,
  bulk: enqueueInBulk,
  drain: measureDrain,
  "drain-across": measureDrainAcross,
  "drain-part": drainPart,
  latency: measureLatency,
  "latency-within": measureLatencyWithin,
  claims: measureClaims,
  "old-snapshot": measureOldSnapshot,
  "note-starts": noteStarts,
  "fill-with-others": fillWithOthers,
} satisfies Record<RoleName, unknown>);
