export { afterCrash, crashError, type Crash } from "../contract/after-crash.ts";
export type {
  ClaimAnswer,
  ClaimedJob,
  ClaimRequest,
  ExtendAnswer,
  ReclaimAnswer,
  WorkerSession,
} from "../contract/claim.ts";
export { parentError } from "../contract/ended-by-parent.ts";
export type { Finding, FindingLevel } from "../contract/finding.ts";
export type {
  Counts,
  ErrorRecord,
  FailedAttempt,
  JobPage,
  JobRecord,
  ListFilter,
  QueueCounts,
  StoredStatus,
} from "../contract/job-record.ts";
export type {
  ConcurrencyRule,
  CrashPolicy,
  InsertAnswer,
  Keep,
  NewJob,
  RateRule,
  UniqueRule,
} from "../contract/new-job.ts";
export type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "../contract/outcome.ts";
export { crashesOf, fitsBeside, type Crashes } from "../contract/suspects.ts";
export { StoreFaultError } from "../contract/store-fault-error.ts";
export type { Capabilities, MigrationReport, ScheduleRecord, Store, WakeTopic } from "../contract/store.ts";
export type { ConformanceArea, ConformanceCase, Need } from "./conformance-case.ts";
export { conformance } from "./conformance.ts";
export { describeConformance, runCase, type TestContext, type TestRunner } from "./describe-conformance.ts";
export type { StoreUnderTest, UserTransaction } from "./store-under-test.ts";
export type { Trial } from "./trial.ts";
export type { HeldJob, TrialWorker, WorkerHabits } from "./trial-worker.ts";
