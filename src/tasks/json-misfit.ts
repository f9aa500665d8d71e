import type { ElementOf, NotPlainJson, KindOf } from "./json-kind.ts";

/** What of the arguments of a durable task is no plain JSON, as sentences; `never` when nothing is. */
export type ArgumentMisfit<Args extends readonly unknown[]> =
  | {
      [Index in keyof Args]-?: MisfitOf<Exclude<Args[Index], undefined>, `argument ${Ordinal<Index>}`, "pass">;
    }[number]
  | EarlyUndefined<Args>;

/** The same for what it returns. */
export type ResultMisfit<Result> = MisfitOf<Exclude<Result, undefined | void>, "the result", "return">;

/** Only arguments that are left out at the end are left out when they are stored. */
type EarlyUndefined<
  Args extends readonly unknown[],
  Before extends readonly unknown[] = [],
> = undefined extends Args[number]
  ? Args extends readonly [infer First, infer Second, ...infer Rest]
    ?
        | (undefined extends First
            ? unknown extends First
              ? never
              : undefined extends Second
                ? never
                : `argument ${[...Before, First]["length"] & number} may be undefined and is not the last: take null`
            : never)
        | EarlyUndefined<readonly [Second, ...Rest], [...Before, First]>
    : never
  : never;

interface Ordinals {
  readonly "0": 1;
  readonly "1": 2;
  readonly "2": 3;
  readonly "3": 4;
  readonly "4": 5;
  readonly "5": 6;
  readonly "6": 7;
  readonly "7": 8;
}

type Ordinal<Index> = Index extends keyof Ordinals ? Ordinals[Index] : number;

type Verb = "pass" | "return";

/** Paths are costly to the compiler: they are looked for only where something is wrong. */
type MisfitOf<Type, Place extends string, By extends Verb> = [NotPlainJson<Type>] extends [never]
  ? never
  : Search<Type, Place, By>;

/** Types are compared as a whole: a subtype of what was seen may have a misfit of its own. */
interface Seen<Type> {
  readonly give: Type;
  readonly take: (type: Type) => void;
}

type Search<Type, Place extends string, By extends Verb, Path extends string = "", Before = never> = [
  NotPlainJson<Type>,
] extends [never]
  ? never
  : [Seen<Type>] extends [Before]
    ? never
    : SearchOne<Type, Place, By, Path, Before | Seen<Type>>;

type SearchOne<Type, Place extends string, By extends Verb, Path extends string, Before> = Type extends unknown
  ? KindOf<Type> extends readonly [infer Got extends string, infer Instead extends string]
    ? Told<Place, Path, Got, Instead, By>
    : KindOf<Type> extends "list"
      ? Search<ElementOf<Type>, Place, By, `${Path}[]`, Before>
      : KindOf<Type> extends "parts"
        ? {
            [Key in keyof Type & (string | number)]-?: Search<
              Exclude<Type[Key], undefined>,
              Place,
              By,
              `${Path}${Step<Key>}`,
              Before
            >;
          }[keyof Type & (string | number)]
        : never
  : never;

type Step<Key extends string | number> = string extends Key ? "[key]" : Key extends string ? `.${Key}` : `[${Key}]`;

type Told<
  Place extends string,
  Path extends string,
  Got extends string,
  Instead extends string,
  By extends Verb,
> = `${Place}${Path extends "" ? "" : ` (${Path})`} is no plain JSON, but ${Got}: ${By} ${Instead}, or give the task a codec`;
