import type { Clock } from "../base/clock.ts";

/** What a piece of work is given to end. */
export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  /** Makes the error, and tells the work to stop. */
  expire(): Error;
}

/** Waits for work until its deadline, then rejects; what the work does afterwards is not looked at. */
export function within(work: PromiseLike<unknown>, deadline: Deadline): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = deadline.clock.after(deadline.ms, () => reject(deadline.expire()));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
