import type { Check } from "./checks/check.ts";
import { completions, lateRuns } from "./checks/completions.ts";
import { families } from "./checks/families.ts";
import { leftovers, outcomes } from "./checks/outcomes.ts";
import { concurrency, doubleRuns, uniqueness } from "./checks/overlaps.ts";
import { rates } from "./checks/rates.ts";
import { steps } from "./checks/steps.ts";
import type { Evidence } from "./evidence.ts";

/** What has to be true when everything is over. */
const checks: Readonly<Record<string, Check>> = {
  "every acknowledged job has ended as it was to": outcomes,
  "nothing is left over": leftovers,
  "one completion counts": completions,
  "nothing runs after its end": lateRuns,
  "no job runs twice at a time": doubleRuns,
  "limits of concurrency keys": concurrency,
  "limits of rates": rates,
  "unique keys": uniqueness,
  "steps are done once": steps,
  "added jobs are stored with the success": families,
};

/** All violations, each with the name of what it violates. */
export function verify(evidence: Evidence): readonly string[] {
  return Object.entries(checks).flatMap(([name, check]) => check(evidence).map((fault) => `${name}: ${fault}`));
}
