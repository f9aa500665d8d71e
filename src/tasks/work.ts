import type { AnyTask, TaskTypes } from "./any-task.ts";
import type { AnyComposition } from "./any-composition.ts";
import type { Job, LocalJob } from "./job.ts";

/** What can be added: a function, a function of a thread module, a task, or a composition of durable tasks. */
export type Work = AnyTask | AnyComposition | ((...args: never[]) => unknown);

/** The arguments that a work takes after itself. A generator function is refused, because nobody would pull it. */
export type ArgsOf<W> = W extends { readonly "~types"?: TaskTypes<infer Args, unknown, boolean> }
  ? Args
  : W extends (...args: infer Args) => infer Result
    ? IsGeneratorObject<Result> extends true
      ? readonly [aGeneratorFunctionIsNoWork: never]
      : Args
    : never;

/** What `addTask` returns for a work. */
export type JobOf<W> = W extends { readonly "~types"?: TaskTypes<readonly unknown[], infer Result, infer Durable> }
  ? Durable extends true
    ? Job<Result>
    : LocalJob<Result>
  : W extends (...args: never[]) => infer Result
    ? LocalJob<Awaited<Result>>
    : never;

type AnyGeneratorObject = Generator<unknown, unknown, never> | AsyncGenerator<unknown, unknown, never>;

/** Not so for `any`, nor for `never`: a function that always throws is work that always fails. */
type IsGeneratorObject<Result> = unknown extends Result
  ? false
  : [Extract<Result, AnyGeneratorObject>] extends [never]
    ? false
    : true;
