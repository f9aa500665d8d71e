import { expect } from "vitest";
import type { JobRecord } from "../../src/stores/contract/job-record.ts";
import type { NewJob } from "../../src/stores/contract/new-job.ts";
import type { Outcome } from "../../src/stores/contract/outcome.ts";
import { defined } from "../../src/stores/conformance/trial.ts";
import type { JobSpec, OutcomeKind } from "./model-operations.ts";

const error = { name: "ModelError", message: "as the model wants it" };
const concurrencyLimits = { one: 1, two: 2 };
const rateLimits = { one: 1, three: 3 };

/** The length of the window of all rate limits. */
export const rateWindowMs = 50;

/** The jobs that a run has made. Their ids count up, so that a sequence that fails does so again. */
export class ModelJobs {
  readonly #made = new Map<string, NewJob>();
  readonly #ids: string[] = [];

  /** The ids of all jobs that were ever made. */
  get all(): readonly string[] {
    return this.#ids;
  }

  byId(id: string): NewJob {
    return defined(this.#made.get(id));
  }

  /** The jobs with these numbers, modulo what there is. */
  ids(numbers: readonly number[]): readonly string[] {
    return numbers.map((number) => this.#idAt(number));
  }

  /** Jobs for one call. Parents are jobs of before or of the same call, those before them in it. */
  make(specs: readonly JobSpec[], limit: number): readonly NewJob[] {
    return specs.map((spec) => {
      if (spec.again !== undefined && this.#ids.length > 0) return this.byId(this.#idAt(spec.again));
      return this.#add(spec, limit);
    });
  }

  /** A job with a parent that is never stored. */
  orphan(spec: JobSpec): readonly NewJob[] {
    const { id } = this.#add({ ...spec, parents: [] }, 1);
    return [
      this.#add({ ...spec, parents: [] }, 1),
      { ...this.byId(id), parents: ["00000000-0000-7000-8000-000000000000"] },
    ];
  }

  outcome(
    { id, token }: { readonly id: string; readonly token: string },
    options: { readonly kind: OutcomeKind; readonly delayMs: number; readonly spawned: readonly JobSpec[] },
  ): Outcome {
    const { kind, delayMs, spawned } = options;
    switch (kind) {
      case "succeeded":
        return {
          id,
          token,
          kind,
          result: `"${id}"`,
          ...(spawned.length === 0 ? {} : { spawned: this.make(spawned.map(alone), 1) }),
        };
      case "failed":
        return { id, token, kind, error };
      case "cancelled":
        return delayMs === 0 ? { id, token, kind } : { id, token, kind, error };
      case "retry":
        return { id, token, kind, delayMs, error };
      case "snooze":
        return { id, token, kind, delayMs };
      case "sleep":
        return { id, token, kind, delayMs, step: "nap" };
      case "release":
        return { id, token, kind };
    }
  }

  /** No job has gone on while a parent of it has not succeeded. */
  checkFamily(record: JobRecord, records: readonly JobRecord[]): void {
    if (record.status === "waiting" || ["failed", "cancelled", "expired"].includes(record.status)) return;
    const statuses = (record.parents ?? []).map((id) => records.find((other) => other.id === id)?.status);
    for (const status of statuses) if (status !== undefined) expect(status, record.id).toBe("succeeded");
  }

  #add(spec: JobSpec, limit: number): NewJob {
    const id = `00000000-0000-7000-8000-${String(this.#ids.length + 1).padStart(12, "0")}`;
    const job = this.#newJob(id, spec, limit);
    this.#ids.push(id);
    this.#made.set(id, job);
    return job;
  }

  #newJob(id: string, spec: JobSpec, limit: number): NewJob {
    const { task, queue, priority, delayMs, expiresInMs, unique, maxAttempts, onCrash, crashDelayMs, keepMs } = spec;
    const parents = [...new Set(this.#ids.length === 0 ? [] : this.ids(spec.parents))];
    return {
      id,
      task,
      queue,
      priority,
      args: `["${id}"]`,
      crash: { onCrash, maxAttempts, delayMs: crashDelayMs, growing: true, maxDelayMs: 100 },
      keep: { succeededMs: keepMs, failedMs: 2 * keepMs },
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(expiresInMs === undefined ? {} : { expiresInMs }),
      ...(unique === undefined ? {} : { unique }),
      ...(parents.length === 0 ? {} : { parents }),
      ...rulesOf(spec, limit),
    };
  }

  #idAt(number: number): string {
    return this.#ids.at(-1 - (number % Math.max(1, this.#ids.length))) ?? "00000000-0000-7000-8000-00000000ffff";
  }
}

/** Spawned jobs have no parents: one that is unknown would be a fault of all outcomes of its call. */
function alone(spec: JobSpec): JobSpec {
  return { ...spec, again: undefined, parents: [] };
}

function rulesOf({ concurrency, rate }: JobSpec, limit: number): Pick<NewJob, "concurrency" | "rate"> {
  const most = concurrency === "changing" ? limit : concurrencyLimits[concurrency ?? "one"];
  const starts = rate === "changing" ? limit : rateLimits[rate ?? "one"];
  return {
    ...(concurrency === undefined ? {} : { concurrency: { key: concurrency, limit: most } }),
    ...(rate === undefined ? {} : { rate: { key: rate, limit: starts, perMs: rateWindowMs } }),
  };
}
