import { freeName, pascalCase } from "./names.ts";

/** Hands out operation ids, each once. Those that authors chose stay as they are, whatever comes before them. */
export class OperationIds {
  readonly #chosen: ReadonlySet<string>;
  readonly #taken = new Set<string>();

  constructor(chosen: Iterable<string>) {
    this.#chosen = new Set(chosen);
  }

  /** The chosen id, numbered when it is taken already; without one, an id made of the method and the path. */
  take(chosen: string | undefined, method: string, path: string): string {
    const id =
      chosen === undefined
        ? freeName(defaultId(method, path), (name) => this.#chosen.has(name) || this.#taken.has(name))
        : freeName(chosen, (name) => this.#taken.has(name) || (name !== chosen && this.#chosen.has(name)));
    this.#taken.add(id);
    return id;
  }
}

/** `get` and `/items/{id}` make `getItemsById`. */
function defaultId(method: string, path: string): string {
  const words = path.split("/").map((segment) => pascalCase(segment.replace(/^\{/, "by {")));
  return method + (words.join("") || "Root");
}
