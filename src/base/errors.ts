/** Every code an {@link AfterworkError} can carry. The list is closed: a new condition gets a new code here. */
export type ErrorCode =
  | "APP_CLOSED"
  | "DEPENDENCY_CLEANUP"
  | "DEPENDENCY_CYCLE"
  | "DEPENDENCY_DEFINITION"
  | "DEPENDENCY_SCOPE"
  | "ENGINE_CLOSED"
  | "ENGINE_MISSING"
  | "INVALID_ARGUMENTS"
  | "INVALID_DEFINITION"
  | "INVALID_OPTION"
  | "INVALID_SETTINGS"
  | "INVALID_WORK"
  | "JOB_CANCELLED"
  | "JOB_CONFLICT"
  | "JOB_EXPIRED"
  | "JOB_FAILED"
  | "JOB_NOT_FOUND"
  | "JOB_PENDING"
  | "LEASE_LOST"
  | "LISTEN_FAILED"
  | "OVERLOADED"
  | "PLATFORM"
  | "RESPONSE_INVALID"
  | "RESULT_INVALID"
  | "RESULT_TIMEOUT"
  | "STEP"
  | "STORE_FAULT"
  | "STORE_UNAVAILABLE"
  | "TASK_ABANDONED"
  | "TASK_TIMEOUT"
  | "THREAD_CRASHED"
  | "UNKNOWN_TASK"
  | "UPLOAD_NAME"
  | "UPLOAD_REMOVED";

/** What an {@link AfterworkError} is made of beside its code and message. */
export interface ErrorExtras {
  readonly cause?: unknown;
  /** Plain, small facts for programs: names, ids, numbers. Never payloads or secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The base of every error that Afterwork itself throws. Tell them apart by `code`, which is stable; messages are not. */
export class AfterworkError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, "cause" in extras ? { cause: extras.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.details = extras.details ?? {};
  }
}

/** Anything can be thrown; this is the same thing as an `Error`, for places that need a message and a stack. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`a value that is no Error was thrown: ${messageOf(thrown)}`, { cause: thrown });
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return "an object without a text";
  }
}
