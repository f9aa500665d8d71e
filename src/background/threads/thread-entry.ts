import { packError, type PackedError } from "./packed-error.ts";

/** One call, as it is sent to a thread. */
export interface ThreadRequest {
  /** URL of the module. */
  readonly href: string;
  readonly exportName: string;
  readonly args: readonly unknown[];
}

/** What a thread answers. A thread that dies answers nothing. */
export type ThreadAnswer =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: PackedError }
  | { readonly kind: "uncloneable"; readonly error: PackedError }
  | { readonly kind: "unloadable"; readonly error: PackedError }
  | { readonly kind: "unknown"; readonly exports: readonly string[] };

/**
 * Runs one call in the thread this module is loaded in; never rejects. The user's module is imported by the first call,
 * not when the thread starts, so that a module that fails or exits while loading fails a call and not the pool.
 */
export async function answerCall({ href, exportName, args }: ThreadRequest): Promise<ThreadAnswer> {
  const module = await attempt("unloadable", () => import(href) as Promise<Record<string, unknown>>);
  if (module.kind !== "returned") return module;
  const called = Object.hasOwn(module.value, exportName) ? module.value[exportName] : undefined;
  if (typeof called !== "function") return { kind: "unknown", exports: functionNames(module.value) };
  const result = await attempt("threw", () => called(...args) as unknown);
  if (result.kind !== "returned") return result;
  // Left to the pool, a result that cannot be posted would be an uncaught exception of the whole thread.
  return attempt("uncloneable", () => structuredClone(result.value));
}

type Attempt<Failure, Value> =
  | { readonly kind: "returned"; readonly value: Value }
  | { readonly kind: Failure; readonly error: PackedError };

async function attempt<Failure extends string, Value>(
  failure: Failure,
  action: () => Value | Promise<Value>,
): Promise<Attempt<Failure, Value>> {
  try {
    return { kind: "returned", value: await action() };
  } catch (error) {
    return { kind: failure, error: packError(error) };
  }
}

function functionNames(module: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(module).filter((name) => typeof module[name] === "function");
}
