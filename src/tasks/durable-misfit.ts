import type { Codec } from "./codec.ts";
import type { DurableOptions } from "./durable-options.ts";
import type { ArgumentMisfit, ResultMisfit } from "./json-misfit.ts";

/**
 * What is wrong with the definition of a task as far as types can tell, as sentences that nothing is assignable to;
 * `unknown` when nothing is.
 */
export type DurableMisfit<Options, Args extends readonly unknown[], Result> = Options extends { readonly durable: true }
  ? Sentence<PayloadMisfit<Options, Args, Result> | KeyMisfit<Options, Args>>
  : Sentence<NeedsDurable<Options>>;

type Sentence<Misfit> = [Misfit] extends [never] ? unknown : Misfit;

type PayloadMisfit<Options, Args extends readonly unknown[], Result> = Options extends { readonly codec: Codec }
  ? never
  : ArgumentMisfit<Args> | ResultMisfit<Awaited<Result>>;

type DurableOnly = Exclude<keyof DurableOptions, symbol | number> | "args" | "codec";

/** Options whose type only says what there may be are judged when the task is defined. */
type NeedsDurable<Options> = {
  [Name in keyof Options & DurableOnly]: undefined extends Options[Name] ? never : `${Name} needs durable: true`;
}[keyof Options & DurableOnly];

type Keyed = "unique" | "throttle" | "debounce" | "concurrency" | "rateLimit";

type KeyMisfit<Options, Args extends readonly unknown[]> = readonly unknown[] extends Args
  ? // The function of the task, from which they are inferred, has not been looked at yet.
    never
  : {
      [Name in keyof Options & Keyed]: Options[Name] extends { readonly key: infer Key }
        ? Key extends string | ((...args: Args) => string)
          ? never
          : `the key function of ${Name} does not take the arguments of the task: annotate its parameters`
        : never;
    }[keyof Options & Keyed];
