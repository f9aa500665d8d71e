import { JobPendingError, type DurablePort, type PreparedJob } from "afterwork";

/** Where durable tasks go in tests that ask only whether they were stored. */
export interface CountingPort extends DurablePort {
  /** The name and arguments of every call that was stored. */
  readonly stored: (readonly unknown[])[];
  /** How many batches there were. */
  readonly batches: number;
}

export function countingPort(): CountingPort {
  const stored: (readonly unknown[])[] = [];
  const calls = new Map<PreparedJob, readonly unknown[]>();
  let batches = 0;
  return {
    stored,
    get batches() {
      return batches;
    },
    prepare(task, args) {
      const id = `${task.name}-${calls.size + 1}`;
      const prepared: PreparedJob = {
        job: {
          id,
          name: task.name,
          status: () => Promise.resolve("pending"),
          result: () => Promise.reject(new JobPendingError(task.name, id)),
          deduplicated: false,
          read: () => Promise.reject(new Error("nothing can be read here")),
          progress: () => Promise.resolve(undefined),
          events: () => (async function* () {})(),
          toJSON: () => ({ id, name: task.name }),
          cancel: () => Promise.resolve("terminal"),
          stored: () => Promise.resolve(),
        },
        drop: () => void calls.delete(prepared),
      };
      calls.set(prepared, [task.name, ...args]);
      return prepared;
    },
    async store(jobs) {
      batches += 1;
      for (const job of jobs) stored.push(calls.get(job) ?? []);
    },
  };
}
