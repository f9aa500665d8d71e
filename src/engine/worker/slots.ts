import type { Execution } from "../execution/execution.ts";

/** The places of a worker, and what runs in them. An array, because a `Set` that changes 100,000 times a second churns. */
export class WorkSlots implements Iterable<Execution> {
  readonly #places: (Execution | undefined)[];
  readonly #free: number[];

  constructor(size: number) {
    this.#places = Array.from({ length: size }, () => undefined);
    this.#free = Array.from({ length: size }, (_, index) => size - 1 - index);
  }

  /** How many are free. */
  get free(): number {
    return this.#free.length;
  }

  get size(): number {
    return this.#places.length;
  }

  /** Takes a place; `false` when none is free. */
  take(execution: Execution): boolean {
    const place = this.#free.pop();
    if (place === undefined) return false;
    execution.place = place;
    this.#places[place] = execution;
    return true;
  }

  give({ place }: Execution): void {
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  has(execution: Execution): boolean {
    return this.#places[execution.place] === execution;
  }

  *[Symbol.iterator](): Generator<Execution, void, undefined> {
    for (const execution of this.#places) if (execution !== undefined) yield execution;
  }
}
