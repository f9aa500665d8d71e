import type { FailedAttempt, JobRecord } from "../../stores/contract/job-record.ts";
import type { JobDetails, JobFailure } from "../../tasks/job.ts";
import { decodeArgs, decodeResult } from "../../tasks/payload.ts";
import type { TaskRegistry } from "../task-registry.ts";

/** A stored record as its reader wants it: decoded, with dates. */
export function jobDetails(record: JobRecord, registry: TaskRegistry): JobDetails {
  const { id, task, status, queue, priority, attempt, worker, error, parents, cancelRequested, trace } = record;
  return {
    id,
    task,
    status,
    queue,
    priority,
    args: attemptTo(() => argsOf(record, registry)),
    attempt,
    createdAt: new Date(record.createdAt),
    ...dateAs("dueAt", record.dueAt),
    ...dateAs("expiresAt", record.expiresAt),
    ...dateAs("startedAt", record.startedAt),
    ...dateAs("finishedAt", record.finishedAt),
    ...(worker === undefined ? {} : { worker }),
    ...(status === "succeeded" ? { result: attemptTo(() => resultOf(record, registry)) } : {}),
    ...(error === undefined ? {} : { error }),
    failures: record.failures.map((failure) => jobFailure(failure)),
    ...(record.progress === undefined ? {} : { progress: JSON.parse(record.progress) as unknown }),
    parents: parents ?? [],
    cancelRequested,
    ...(trace === undefined ? {} : { trace }),
  };
}

/** What a job that has succeeded returned. Where its task is unknown it is taken for plain JSON. */
export function resultOf(record: JobRecord, registry: TaskRegistry): unknown {
  const task = registry.get(record.task);
  if (task !== undefined) return decodeResult(task, record.result);
  return record.result === undefined ? undefined : JSON.parse(record.result);
}

function argsOf(record: JobRecord, registry: TaskRegistry): readonly unknown[] {
  const task = registry.get(record.task);
  return task === undefined ? (JSON.parse(record.args) as readonly unknown[]) : decodeArgs(task, record.args);
}

/** A failed attempt, with dates. */
export function jobFailure({ startedAt, endedAt, ...rest }: FailedAttempt): JobFailure {
  return { ...rest, startedAt: new Date(startedAt), endedAt: new Date(endedAt) };
}

function dateAs<Name extends string>(name: Name, ms: number | undefined): { [Key in Name]?: Date } {
  return ms === undefined ? {} : ({ [name]: new Date(ms) } as { [Key in Name]: Date });
}

/** What was encoded by another version of the task may be undecodable: the rest of the record is still worth reading. */
function attemptTo<Value>(decode: () => Value): Value | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
