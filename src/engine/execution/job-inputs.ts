import { messageOf } from "../../base/errors.ts";
import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { JobRecord } from "../../stores/contract/job-record.ts";
import type { Store } from "../../stores/contract/store.ts";
import { resultOf } from "../jobs/job-details.ts";
import type { TaskRegistry } from "../task-registry.ts";

/** How the results of its parents reach a job: its parent's as the first argument, or all of them as one list. */
export type JobInput = "value" | "list";

/** The options of a call, with its input put in. */
export function inputOption(options: string | undefined, input: JobInput): string {
  return JSON.stringify({ ...parsed(options), input });
}

function parsed(options: string | undefined): { readonly input?: JobInput } {
  return options === undefined ? {} : (JSON.parse(options) as { readonly input?: JobInput });
}

/** Where the results of parents are read. */
export interface InputSource {
  readonly store: Store;
  readonly registry: TaskRegistry;
}

/** Does a job begin with what others returned? */
export function hasInputs(job: ClaimedJob): boolean {
  return job.options !== undefined && parsed(job.options).input !== undefined;
}

/** The arguments of a job with the results of its parents in front. @throws when one can't be read any longer. */
export async function withInputs(
  job: ClaimedJob,
  own: readonly unknown[],
  { store, registry }: InputSource,
): Promise<readonly unknown[]> {
  const parents = await store.get(job.parents ?? [], { brief: true });
  const results = parents.map((parent, index) => inputFrom(parent, job.parents?.[index] ?? "", registry));
  return parsed(job.options).input === "list" ? [results, ...own] : [results[0], ...own];
}

function inputFrom(parent: JobRecord | undefined, id: string, registry: TaskRegistry): unknown {
  if (parent === undefined) throw new Error(`the result of ${id}, which it needs, is not there any longer`);
  try {
    return resultOf(parent, registry);
  } catch (error) {
    throw new Error(`the result of ${parent.task} (${id}) can't be decoded: ${messageOf(error)}`, { cause: error });
  }
}
