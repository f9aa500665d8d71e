import type { Input } from "./input.ts";

/**
 * A leaf of the dependency tree that is read from the request. What it means and how it is read is the business of the
 * HTTP floor; dependencies know that it exists, what it is called, and whether it waits for the body.
 */
export interface Parameter<out Value = unknown> extends Input<Value, "request", true> {
  readonly kind: "parameter";
  /** Where it is read: `"path"`, `"query"`, `"body"` and so on. */
  readonly place: string;
  /** Must the body of the request be read for it? Then no guard may need it. */
  readonly readsBody: boolean;
}
