/** What of the arguments of a durable task is no plain JSON, as sentences; `never` when nothing is. */
export type ArgumentMisfit<Args extends readonly unknown[]> =
  | { [Index in keyof Args]-?: Misfit<Exclude<Args[Index], undefined>, `argument ${Ordinal<Index>}`, "pass"> }[number]
  | EarlyUndefined<Args>;

/** The same for what it returns. */
export type ResultMisfit<Result> = Misfit<Exclude<Result, undefined | void>, "the result", "return">;

/** Only arguments that are left out at the end are left out when they are stored. */
type EarlyUndefined<Args extends readonly unknown[], Before extends readonly unknown[] = []> = Args extends readonly [
  infer First,
  infer Second,
  ...infer Rest,
]
  ? unknown extends First
    ? EarlyUndefined<readonly [Second, ...Rest], [...Before, First]>
    : undefined extends First
      ? undefined extends Second
        ? EarlyUndefined<readonly [Second, ...Rest], [...Before, First]>
        : `argument ${[...Before, First]["length"] & number} may be undefined and is not the last: take null`
      : EarlyUndefined<readonly [Second, ...Rest], [...Before, First]>
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

/** Types are compared as a whole: a subtype of what was seen may have a misfit of its own. */
interface Seen<Type> {
  readonly give: Type;
  readonly take: (type: Type) => void;
}

/** Types that grow with every level end here, unjudged; the value itself is judged when it is stored. */
type Deepest = 12;

type Misfit<
  Type,
  Place extends string,
  By extends Verb,
  Path extends string = "",
  Before = never,
  Depth extends readonly unknown[] = [],
> = unknown extends Type
  ? never
  : [Type] extends [string | number | boolean | null]
    ? never
    : Depth["length"] extends Deepest
      ? never
      : [Seen<Type>] extends [Before]
        ? never
        : MisfitOfOne<Type, Place, By, Path, Before | Seen<Type>, [...Depth, 0]>;

type MisfitOfOne<
  Type,
  Place extends string,
  By extends Verb,
  Path extends string,
  Before,
  Depth extends readonly unknown[],
> = Type extends string | number | boolean | null
  ? never
  : Type extends undefined | void
    ? Told<Place, Path, "undefined", "null", By>
    : Type extends bigint
      ? Told<Place, Path, "a bigint", "a string", By>
      : Type extends symbol
        ? Told<Place, Path, "a symbol", "a string", By>
        : Type extends (...args: never[]) => unknown
          ? Told<Place, Path, "a function", "data", By>
          : Type extends readonly unknown[]
            ? Misfit<ElementOf<Type>, Place, By, `${Path}[]`, Before, Depth>
            : Type extends object
              ? MisfitOfObject<Type, Place, By, Path, Before, Depth>
              : never;

type MisfitOfObject<
  Type extends object,
  Place extends string,
  By extends Verb,
  Path extends string,
  Before,
  Depth extends readonly unknown[],
> = Type extends Date
  ? Told<Place, Path, "a Date", "a string", By>
  : Type extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
    ? Told<Place, Path, "a Map or Set", "an array", By>
    : Type extends ArrayBufferView | ArrayBuffer
      ? Told<Place, Path, "binary data", "a string", By>
      : Type extends Error
        ? "cause" | "stack" extends keyof Type
          ? Told<Place, Path, "an Error", "its message", By>
          : MisfitOfParts<Type, Place, By, Path, Before, Depth>
        : Type extends { readonly toJSON: (...args: never[]) => unknown }
          ? Told<Place, Path, "an object with toJSON", "what that returns", By>
          : Type extends PromiseLike<unknown>
            ? Told<Place, Path, "a promise", "what it resolves to", By>
            : MisfitOfParts<Type, Place, By, Path, Before, Depth>;

/** Symbols for keys are most often brands, which no value has. */
type MisfitOfParts<
  Type extends object,
  Place extends string,
  By extends Verb,
  Path extends string,
  Before,
  Depth extends readonly unknown[],
> = {
  [Key in keyof Type & (string | number)]-?: Misfit<
    Exclude<Type[Key], undefined>,
    Place,
    By,
    `${Path}${Step<Key>}`,
    Before,
    Depth
  >;
}[keyof Type & (string | number)];

type Step<Key extends string | number> = string extends Key ? "[key]" : Key extends string ? `.${Key}` : `[${Key}]`;

/** Elements that a tuple need not have are not `undefined` where they are left out. */
type ElementOf<List extends readonly unknown[]> = number extends List["length"] ? List[number] : Required<List>[number];

type Told<
  Place extends string,
  Path extends string,
  Got extends string,
  Instead extends string,
  By extends Verb,
> = `${Place}${Path extends "" ? "" : ` (${Path})`} is no plain JSON, but ${Got}: ${By} ${Instead}, or give the task a codec`;
