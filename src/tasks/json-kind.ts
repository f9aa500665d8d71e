/**
 * What a single type is to JSON: `plain`; a `list` or an object of `parts`, which are to be looked into; or what it is
 * instead, and what could stand there.
 */
export type KindOf<Type> = Type extends string | number | boolean | null
  ? "plain"
  : Type extends undefined | void
    ? ["undefined", "null"]
    : Type extends bigint
      ? ["a bigint", "a string"]
      : Type extends symbol
        ? ["a symbol", "a string"]
        : Type extends (...args: never[]) => unknown
          ? ["a function", "data"]
          : Type extends readonly unknown[]
            ? "list"
            : Type extends object
              ? KindOfObject<Type>
              : "plain";

type KindOfObject<Type extends object> = Type extends Date
  ? ["a Date", "a string"]
  : Type extends { readonly toJSON: unknown }
    ? ["an object with toJSON", "what that returns"]
    : Type extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? ["a Map or Set", "an array"]
      : Type extends ArrayBufferView | ArrayBuffer
        ? ["binary data", "a string"]
        : Type extends PromiseLike<unknown>
          ? ["a promise", "what it resolves to"]
          : "cause" | "stack" extends keyof Type
            ? Type extends Error
              ? ["an Error", "its message"]
              : "parts"
            : "parts";

/** Elements that a tuple need not have are not `undefined` where they are left out. */
export type ElementOf<List> = List extends readonly unknown[]
  ? number extends List["length"]
    ? List[number]
    : Required<List>[number]
  : never;

/** Types that grow with every level end here, unjudged; the value itself is judged when it is stored. */
type Deepest = 10;

/**
 * `never` for plain JSON, `true` for anything else. `any` and `unknown` count as plain, because nobody knows. Symbols
 * for keys are most often brands, which no value has. Parts may be `undefined`: they are left out then.
 */
export type NotPlainJson<Type, Depth extends readonly unknown[] = []> = unknown extends Type
  ? never
  : [Type] extends [string | number | boolean | null]
    ? never
    : Depth["length"] extends Deepest
      ? never
      : NotPlainOne<Type, [...Depth, 0]>;

type NotPlainOne<Type, Depth extends readonly unknown[]> = Type extends unknown
  ? KindOf<Type> extends "plain"
    ? never
    : KindOf<Type> extends "list"
      ? NotPlainJson<ElementOf<Type>, Depth>
      : KindOf<Type> extends "parts"
        ? {
            [Key in keyof Type & (string | number)]-?: NotPlainJson<Exclude<Type[Key], undefined>, Depth>;
          }[keyof Type & (string | number)]
        : true
  : never;
