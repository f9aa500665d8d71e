import type { AnyTask } from "./any-task.ts";
import { InvalidWorkError } from "./task-errors.ts";

/**
 * A key is needed when the job is stored, and then what it waits for has not run.
 *
 * @throws {InvalidWorkError} when an option of the task makes its key of the arguments.
 */
export function refuseEarlyKeys({ name, options }: AnyTask): void {
  const { unique, throttle, debounce, concurrency, rateLimit } = options;
  const early =
    lateKey("unique", unique, true) ??
    lateKey("throttle", throttle, true) ??
    lateKey("debounce", debounce, false) ??
    lateKey("concurrency", concurrency, false) ??
    lateKey("rateLimit", rateLimit, false);
  if (early === undefined) return;
  throw new InvalidWorkError(
    `${name} waits for the result of another call, so the key of its ${early} can't be made of its arguments; ` +
      `give it a text: ${name}.with({ ${early}: { key: "…" } })`,
  );
}

function lateKey(option: string, value: unknown, ofArguments: boolean): string | undefined {
  if (value === undefined) return undefined;
  const key: unknown = typeof value === "object" && value !== null && "key" in value ? value.key : undefined;
  return typeof key === "function" || (key === undefined && ofArguments) ? option : undefined;
}
