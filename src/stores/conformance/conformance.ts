import { cancel } from "./areas/cancel.ts";
import { claim } from "./areas/claim.ts";
import { concurrency } from "./areas/concurrency.ts";
import { crashes } from "./areas/crashes.ts";
import { familyRetry } from "./areas/family-retry.ts";
import { family } from "./areas/family.ts";
import { gates } from "./areas/gates.ts";
import { insert } from "./areas/insert.ts";
import { leases } from "./areas/leases.ts";
import { opening } from "./areas/opening.ts";
import { priorities } from "./areas/priorities.ts";
import { queues } from "./areas/queues.ts";
import { rate } from "./areas/rate.ts";
import { reading } from "./areas/reading.ts";
import { removal } from "./areas/removal.ts";
import { retry } from "./areas/retry.ts";
import { schedules } from "./areas/schedules.ts";
import { settle } from "./areas/settle.ts";
import { stepsAndEvents } from "./areas/steps-events.ts";
import { suspects } from "./areas/suspects.ts";
import { transactions } from "./areas/transactions.ts";
import { unique } from "./areas/unique.ts";
import { wake } from "./areas/wake.ts";
import type { ConformanceArea } from "./conformance-case.ts";

/** Everything that is true of every store, by area. */
export const conformance: readonly ConformanceArea[] = [
  opening,
  insert,
  claim,
  priorities,
  leases,
  settle,
  crashes,
  suspects,
  cancel,
  retry,
  removal,
  unique,
  concurrency,
  rate,
  gates,
  family,
  familyRetry,
  stepsAndEvents,
  reading,
  queues,
  schedules,
  wake,
  transactions,
];
