import type { CancelOutcome } from "../../tasks/job.ts";
import type { RetryOutcome } from "../../engine/control.ts";
import type { JsonSchema, StandardJSONSchemaV1, StandardSchemaV1 } from "../schemas/standard-schema.ts";
import { statusJson } from "./job-parameters.ts";
import type { JobView, ResultView } from "./job-views.ts";

/** What a response is said to be; it is made here, so nothing is checked. */
export interface Described<Value> {
  readonly "~standard": StandardSchemaV1.Props<Value, Value> & StandardJSONSchemaV1.Props<Value, Value>;
}

function described<Value>(json: JsonSchema): Described<Value> {
  return {
    "~standard": {
      version: 1,
      vendor: "afterwork",
      validate: (value) => ({ value: value as Value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

const text: JsonSchema = { type: "string" };
const whole: JsonSchema = { type: "integer" };
const truth: JsonSchema = { type: "boolean" };
const moment: JsonSchema = { type: "string", format: "date-time" };
const jobIdJson: JsonSchema = { type: "string", format: "uuid" };

function object(title: string, required: Members, optional: Members = {}): JsonSchema {
  return { title, type: "object", properties: { ...required, ...optional }, required: Object.keys(required) };
}

type Members = Readonly<Record<string, JsonSchema>>;

function list(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

const errorJson = object("JobError", { name: text, message: text }, { stack: text });

const failureJson = object(
  "JobFailure",
  {
    attempt: whole,
    startedAt: moment,
    endedAt: moment,
    crashed: { type: "boolean", description: "Its worker vanished in the middle of it." },
    error: { $ref: "#/$defs/JobError" },
  },
  { worker: text },
);

const jobJson = object(
  "Job",
  {
    id: jobIdJson,
    task: text,
    status: statusJson,
    queue: text,
    priority: whole,
    attempt: { type: "integer", description: "How many attempts have begun and counted." },
    createdAt: moment,
    failures: list({ $ref: "#/$defs/JobFailure" }),
    parents: list(jobIdJson),
    cancelRequested: truth,
  },
  {
    dueAt: moment,
    expiresAt: moment,
    startedAt: moment,
    finishedAt: moment,
    error: { $ref: "#/$defs/JobError" },
    progress: { description: "What was reported last." },
    args: { type: "array" },
    worker: text,
    trace: text,
  },
);

const definitions = { JobError: errorJson, JobFailure: failureJson };

/** One job. */
export const jobDocument: Described<JobView> = described({ ...jobJson, $defs: definitions });

/** A page of jobs. */
export const pageDocument: Described<{ readonly jobs: readonly JobView[]; readonly cursor?: string }> = described({
  ...object("JobPage", { jobs: list({ $ref: "#/$defs/Job" }) }, { cursor: text }),
  $defs: { Job: jobJson, ...definitions },
});

/** How a job has ended, or that it has not. */
export const resultDocument: Described<ResultView> = described({
  ...object(
    "JobResult",
    { status: statusJson },
    {
      result: { description: "What it returned, where it succeeded." },
      error: { $ref: "#/$defs/JobError" },
    },
  ),
  $defs: { JobError: errorJson },
});

/** What a cancellation did. */
export const cancelDocument: Described<{ readonly outcome: CancelOutcome }> = described(
  object("JobCancelled", { outcome: { type: "string", enum: ["cancelled", "requested", "terminal"] } }),
);

/** What a retry did. */
export const retryDocument: Described<{ readonly outcome: RetryOutcome; readonly detail?: string }> = described(
  object("JobRetried", {
    outcome: { type: "string", enum: ["retried", "active", "succeeded", "conflict", "parent"] },
  }),
);
