import { aPositiveDuration, toMs } from "../../base/durations.ts";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import {
  threadWork,
  type ThreadCallOptions,
  type ThreadFunction,
  type ThreadLimits,
} from "../../tasks/thread-function.ts";
import { ThreadCall } from "./thread-call.ts";
import type { ThreadModuleFile } from "./thread-module-file.ts";
import type { ThreadPool } from "./thread-pool.ts";

/**
 * A module's functions, each to be run in a thread; what else it exports is left out. `await using` closes the pool
 * at the end of the block.
 */
export type ThreadModule<Module> = {
  readonly [Name in FunctionNames<Module>]: Module[Name] extends (...args: infer Args) => infer Result
    ? OnThread<Args, Result>
    : never;
} & AsyncDisposable;

/** `then` and `toJSON` would be called by `await` and `JSON.stringify`, so no export is reached by these names. */
type FunctionNames<Module> = {
  [Name in keyof Module]: Module[Name] extends (...args: never) => unknown ? Name : never;
}[Exclude<keyof Module, symbol | "then" | "toJSON">];

type OnThread<Args extends readonly unknown[], Result> =
  IsAnyOrNever<Awaited<Result>> extends true
    ? ThreadFunction<Args, Awaited<Result>>
    : Awaited<Result> extends Iterator<unknown, unknown, never> | AsyncIterator<unknown, unknown, never>
      ? "a generator cannot be sent between threads: return an array instead"
      : ThreadFunction<Args, Awaited<Result>>;

type IsAnyOrNever<Type> = unknown extends Type ? true : [Type] extends [never] ? true : false;

/** Everything a thread function is made of, beside the limits set by `with`. */
interface FunctionParts {
  readonly exportName: string;
  readonly file: ThreadModuleFile;
  readonly pool: ThreadPool;
}

/** A property that is asked for by the language or by tools, and not because the module might export it. */
const reservedNames: ReadonlySet<string> = new Set(["then", "toJSON", ...Object.getOwnPropertyNames(Object.prototype)]);

const callOptions: OptionRules = {
  timeout: aPositiveDuration,
  signal: { expected: "an AbortSignal", accepts: (value) => value instanceof AbortSignal },
};

/** The proxy through which a module's functions are called. The module itself is never imported in this thread. */
export function makeThreadModule<Module>(
  file: ThreadModuleFile,
  pool: ThreadPool,
  limits: ThreadLimits,
): ThreadModule<Module> {
  const functions = new Map<string, ThreadFunction<readonly unknown[], unknown>>();
  const target = Object.freeze({ [Symbol.asyncDispose]: () => pool.close() });
  const get = (_: object, property: string | symbol): unknown => {
    if (typeof property === "symbol" || reservedNames.has(property)) return Reflect.get(target, property);
    const known = functions.get(property) ?? makeFunction({ exportName: property, file, pool }, limits);
    functions.set(property, known);
    return known;
  };
  return new Proxy(target, { get }) as unknown as ThreadModule<Module>;
}

function makeFunction(parts: FunctionParts, limits: ThreadLimits): ThreadFunction<readonly unknown[], unknown> {
  const name = `${parts.file.name}.${parts.exportName}`;
  const run = (args: readonly unknown[], more: ThreadLimits): Promise<unknown> =>
    startCall(parts, args, stricter(limits, more));
  const call = (...args: readonly unknown[]): Promise<unknown> => run(args, {});
  Object.defineProperty(call, "name", { value: name });
  return Object.assign(call, {
    with: (options: ThreadCallOptions) => makeFunction(parts, { ...limits, ...toLimits(name, options) }),
    [threadWork]: { name, run },
  });
}

async function startCall(parts: FunctionParts, args: readonly unknown[], limits: ThreadLimits): Promise<unknown> {
  limits.signal?.throwIfAborted();
  const { exportName, file, pool } = parts;
  return pool.run(new ThreadCall(`${file.name}.${exportName}`, { href: file.href, exportName, args }, limits));
}

function toLimits(name: string, options: ThreadCallOptions): ThreadLimits {
  checkOptions(`${name}.with()`, options, callOptions);
  return {
    ...(options.timeout !== undefined && { timeoutMs: toMs(options.timeout, `${name}: timeout`) }),
    ...(options.signal !== undefined && { signal: options.signal }),
  };
}

function stricter(one: ThreadLimits, other: ThreadLimits): ThreadLimits {
  const signals = [one.signal, other.signal].filter((signal) => signal !== undefined);
  const timeouts = [one.timeoutMs, other.timeoutMs].filter((timeoutMs) => timeoutMs !== undefined);
  return {
    signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
    timeoutMs: timeouts.length > 0 ? Math.min(...timeouts) : undefined,
  };
}
