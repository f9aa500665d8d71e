import { isPlainObject } from "../base/options.ts";
import type { AnyTask } from "./any-task.ts";
import { checkBackoff, type Backoff } from "./backoff.ts";
import { attemptRules, type TaskOptions } from "./task-options.ts";

/** The options that a worker has to know of a call: what else there is, the store has. */
const carried = ["retries", "backoff", "timeout"] as const;

/** What differs, for this call, from the definition of its task, as text; `undefined` in the common case. */
export function storedOptions(task: AnyTask): string | undefined {
  const { options, definition } = task;
  if (options === definition.options) return undefined;
  const changed = carried.filter((name) => options[name] !== definition.options[name]);
  if (changed.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(changed.map((name) => [name, options[name]])));
}

/**
 * The options under which a worker runs a stored call: those of the definition, and over them what was stored. What
 * another version has stored and this one does not understand is passed over.
 */
export function withStoredOptions(definition: AnyTask, stored: string | undefined): TaskOptions {
  if (stored === undefined) return definition.options;
  const known = parseObject(stored);
  const usable = carried.filter((name) => isUsable(name, known[name]));
  if (usable.length === 0) return definition.options;
  return { ...definition.options, ...Object.fromEntries(usable.map((name) => [name, known[name]])) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isUsable(name: (typeof carried)[number], value: unknown): boolean {
  if (value === undefined || attemptRules[name]?.accepts(value) !== true) return false;
  return name !== "backoff" || isBackoff(value as Backoff);
}

function isBackoff(value: Backoff): boolean {
  try {
    checkBackoff("stored", value);
    return true;
  } catch {
    return false;
  }
}
