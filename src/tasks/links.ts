import type { AnyComposition } from "./any-composition.ts";
import type { AnyTask, TaskTypes } from "./any-task.ts";
import type { ArgsOf } from "./work.ts";

/** What can be enqueued: a durable task or a composition of some. */
export type DurableWork = (AnyTask & DurableTypes) | AnyComposition;

interface DurableTypes {
  readonly "~types"?: TaskTypes<readonly unknown[], unknown, true>;
}

/** The same, naming no more than tells it apart, so that a call of many is quickly checked. */
interface LinkedWork extends DurableTypes {
  readonly kind: "task" | "composition";
}

/** A call inside of a composition: `[work, ...args]`, or a work alone. */
export type AnyLink = LinkedWork | readonly [work: LinkedWork, ...args: readonly unknown[]];

type WorkOf<Link> = Link extends readonly [infer W, ...(readonly unknown[])] ? W : Link;
type GivenOf<Link> = Link extends readonly [unknown, ...infer Given] ? Given : [];

/** Arguments are copied when they are stored, so that it makes no difference whether a list is readonly. */
type Fits<Given, Args> = Given extends Args ? true : Writable<Given> extends Args ? true : false;

type Writable<Type> = Type extends string | number | boolean | null | undefined
  ? Type
  : Type extends object
    ? { -readonly [Key in keyof Type]: Writable<Type[Key]> }
    : Type;

/** What it returns, or ends with. */
export type ResultOf<Link> =
  WorkOf<Link> extends {
    readonly "~types"?: TaskTypes<readonly unknown[], infer Result, boolean>;
  }
    ? Result
    : never;

/** The results of some, in their order. */
export type ResultsOf<Links extends readonly unknown[]> = {
  -readonly [Index in keyof Links]: ResultOf<Links[Index]>;
};

/** Has it all of its arguments? A task alone has not: it is called with what comes before. */
type IsComplete<Link> = Link extends { readonly kind: "task" } ? false : Fits<GivenOf<Link>, ArgsOf<WorkOf<Link>>>;

/** Has it all but the first? */
type LacksFirst<Link> =
  ArgsOf<WorkOf<Link>> extends readonly [] ? false : Fits<GivenOf<Link>, TailOf<ArgsOf<WorkOf<Link>>>>;

type HeadOf<Args extends readonly unknown[]> = Args extends readonly [(infer Head)?, ...(readonly unknown[])]
  ? Head
  : never;

type TailOf<Args extends readonly unknown[]> = Args extends readonly [unknown?, ...infer Tail] ? Tail : [];

/** Is there one that needs an input, so that the whole does? */
type NeedsInput<Links extends readonly unknown[]> = false extends {
  [Index in keyof Links]: IsComplete<Links[Index]>;
}[number]
  ? true
  : false;

/** What the members of a composition have to be like: complete, or all of them without their first argument. */
export type Calls<Links extends readonly unknown[]> =
  NeedsInput<Links> extends true
    ? OnlyFaults<Links, { readonly [Index in keyof Links]: OpenCall<Links[Index]> }>
    : unknown;

/** Two tuples that stand for one are costly to the compiler: without a fault there is to be only the first. */
type OnlyFaults<Links extends readonly unknown[], Wanted extends readonly unknown[]> = Links extends Wanted
  ? unknown
  : Wanted;

/** The same for the first of a chain. */
export type FirstCall<Link> = IsComplete<Link> extends true ? unknown : OpenCall<Link>;

type OpenCall<Link> = LacksFirst<Link> extends true ? unknown : Misfit<GivenOf<Link>, ArgsOf<WorkOf<Link>>>;

/** No call is assignable to it; it is there for the message. */
interface Misfit<Given, Wanted> {
  readonly "its arguments are": Given;
  readonly "but it takes": Wanted;
}

/** What a composition takes whose first calls are these. */
export type InputsOf<Links extends readonly unknown[]> = NeedsInput<Links> extends true ? [input: Heads<Links>] : [];

type Heads<Links extends readonly unknown[]> = {
  readonly [Index in keyof Links]: (input: HeadOf<ArgsOf<WorkOf<Links[Index]>>>) => void;
}[number] extends (input: infer Input) => void
  ? Input
  : never;

/** What a call has to be like whose first argument is `Input`. */
export type Follower<Link, Input> =
  LacksFirst<Link> extends true
    ? [Input] extends [HeadOf<ArgsOf<WorkOf<Link>>>]
      ? unknown
      : TakesNot<Input, HeadOf<ArgsOf<WorkOf<Link>>>>
    : ArgsOf<WorkOf<Link>> extends readonly []
      ? "this takes no argument, so there is no place for the result of what comes before it"
      : Misfit<[Input, ...GivenOf<Link>], ArgsOf<WorkOf<Link>>>;

/** The same. */
interface TakesNot<Result, Argument> {
  readonly "the result of what comes before it": Result;
  readonly "is not what its first argument takes": Argument;
}

/** What each of the rest of a chain has to be like, behind the one before it. */
export type Followers<First, Rest extends readonly unknown[]> = OnlyFaults<
  Rest,
  {
    readonly [Index in keyof Rest]: Follower<Rest[Index], ResultOf<[First, ...Rest][Index & keyof [First, ...Rest]]>>;
  }
>;

/** The last of a chain. */
export type LastOf<First, Rest extends readonly unknown[]> = Rest extends readonly [...(readonly unknown[]), infer Last]
  ? Last
  : First;
