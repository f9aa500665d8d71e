export { App } from "./app/app.ts";
export type { Replacement } from "./app/replacement.ts";
export type { ServableApp } from "./app/servable-app.ts";
export type { AppEvents, RequestFailed } from "./app/app-events.ts";
export type { AppOptions, DocsOptions } from "./app/app-options.ts";
export type { HostOptions, ShutdownOptions } from "./app/host-options.ts";
export type { HandlerContext } from "./app/request/handler-context.ts";
export { HTTPException } from "./app/http-exception.ts";
export { RequestValidationError, type Fault } from "./app/parameters/fault.ts";
export type { FileOptions } from "./app/parameters/file-options.ts";
export type { StandardSchemaV1 } from "./app/schemas/standard-schema.ts";
export { body, cookie, file, form, header, path, query, request, response } from "./app/parameters/parameters.ts";
export type { JobsEngine } from "./app/jobs/job-lookup.ts";
export { jobRoutes, type JobRoutesOptions } from "./app/jobs/job-routes.ts";
export { PlatformError } from "./app/platform.ts";
export { eventStream, type EventStreamOptions, type ServerSentEvent } from "./app/response/event-stream.ts";
export type { ErrorContext, ErrorHandler } from "./app/response/error-handlers.ts";
export type { CookieOptions, ResponseDraft } from "./app/response/response-draft.ts";
export { ResponseValidationError } from "./app/response/serialise.ts";
export type { RouteOptions } from "./app/routing/route.ts";
export { Router, type RouterOptions } from "./app/routing/router.ts";
export { InvalidSettingsError, settings, type SettingsOptions } from "./app/settings.ts";
export { bool, int, number } from "./app/schemas/small-schemas.ts";
export type { AppSocket, SocketMessage } from "./app/socket/app-socket.ts";
export type { SaveOptions, UploadFile } from "./app/uploads/upload-file.ts";
export type { BackgroundEvents, TaskFailed, TaskSucceeded } from "./background/background-events.ts";
export type { BackgroundOptions } from "./background/background-options.ts";
export { depends, type DependencyContext } from "./background/depends.ts";
export { StoreUnavailableError, type DurablePort, type PreparedJob } from "./background/durable-port.ts";
export type { WorkOptions } from "./background/hosted-engine.ts";
export { OverloadedError } from "./background/overloaded-error.ts";
export type { ThreadModule } from "./background/threads/thread-module.ts";
export { threads, type ThreadsOptions } from "./background/threads/threads.ts";
export type { Duration } from "./base/durations.ts";
export { AfterworkError, type ErrorCode } from "./base/errors.ts";
export type { Log, LogFields } from "./base/log.ts";
export { InvalidOptionError } from "./base/options.ts";
export { DependencyCleanupError } from "./dependencies/cleanup.ts";
export {
  DependencyCycleError,
  DependencyDefinitionError,
  DependencyScopeError,
} from "./dependencies/definition-errors.ts";
export type { Dependency } from "./dependencies/dependency.ts";
export { fresh } from "./dependencies/depends.ts";
export type { Inputs, Resolved } from "./dependencies/inputs.ts";
export type { Parameter } from "./dependencies/parameter.ts";
export type { ScopeName } from "./dependencies/scope-name.ts";
export { schedule, type ScheduleDefinition, type ScheduleOptions } from "./engine/schedules/schedule.ts";
export { Engine } from "./engine/engine.ts";
export type { Call, CheckedCalls, JobsOf } from "./engine/enqueue-many.ts";
export type { JobsFilter, JobsPage, RemoveOutcome, RetryOutcome } from "./engine/control.ts";
export type { EngineEvents, JobEnded, JobStarted, JobsReclaimed } from "./engine/engine-events.ts";
export type { EngineOptions } from "./engine/engine-options.ts";
export type { TaskSource } from "./engine/task-registry.ts";
export type { StopOptions, Worker } from "./engine/worker/worker.ts";
export { memory, type MemoryOptions } from "./stores/memory/memory.ts";
export { StoreFaultError } from "./stores/contract/store-fault-error.ts";
export type { Capabilities, Store } from "./stores/contract/store.ts";
export type { Counts, QueueCounts, StoredStatus } from "./stores/contract/job-record.ts";
export { serve, type Server, type ServeOptions } from "./servers/node/serve.ts";
export type { AddTask, BackgroundTasks, Outcome } from "./tasks/background-tasks.ts";
export type { AnyComposition, Composition } from "./tasks/any-composition.ts";
export type { Backoff, BackoffOptions } from "./tasks/backoff.ts";
export type { Codec } from "./tasks/codec.ts";
export { chain, chord, group } from "./tasks/compose.ts";
export type { DurableContext, RunningJob } from "./tasks/durable-context.ts";
export type { DurableOptions, Retention } from "./tasks/durable-options.ts";
export {
  JobCancelledError,
  JobPendingError,
  type CancelOutcome,
  type EventsOptions,
  type Job,
  type JobDetails,
  type JobError,
  type JobEvent,
  type JobFailure,
  type JobStatus,
  type LocalJob,
  type LocalJobStatus,
  type ResultOptions,
} from "./tasks/job.ts";
export {
  JobConflictError,
  JobExpiredError,
  JobFailedError,
  JobNotFoundError,
  TimeoutError,
} from "./tasks/job-errors.ts";
export type {
  ConcurrencyOptions,
  DebounceOptions,
  KeyScope,
  RateLimitOptions,
  TaskKey,
  ThrottleOptions,
  UniqueOptions,
} from "./tasks/key-options.ts";
export { InvalidArgumentsError, InvalidResultError, type ArgumentIssue } from "./tasks/payload-errors.ts";
export { NonRetryableError, RetryAfterError } from "./tasks/retry.ts";
export { task, type Task, type TaskContext } from "./tasks/task.ts";
export { EngineMissingError, InvalidWorkError, UnknownTaskError } from "./tasks/task-errors.ts";
export type { CallOptions, DurableCallOptions, TaskOptions } from "./tasks/task-options.ts";
export { TaskTimeoutError } from "./tasks/task-timeout-error.ts";
export type { ThreadCallOptions, ThreadFunction } from "./tasks/thread-function.ts";
export type { ArgsOf, JobOf, Work } from "./tasks/work.ts";
