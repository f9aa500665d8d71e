/** A set of which the first member, by an order of its own, is at hand. What the order looks at must not change inside. */
export class Heap<Item extends object> {
  readonly #isBefore: (a: Item, b: Item) => boolean;
  readonly #items: Item[] = [];
  readonly #places = new Map<Item, number>();

  constructor(isBefore: (a: Item, b: Item) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first one, which stays. */
  peek(): Item | undefined {
    return this.#items[0];
  }

  /** Takes the first one out. */
  pop(): Item | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Adding what is in there does nothing. */
  add(item: Item): void {
    if (this.#places.has(item)) return;
    this.#rise(item, this.#items.length);
  }

  /** Was it in there? */
  delete(item: Item): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last !== undefined && last !== item) this.#settle(last, place);
    return true;
  }

  /** All of them, in no order. */
  values(): Iterable<Item> {
    return this.#items;
  }

  #settle(item: Item, place: number): void {
    const parent = this.#items[(place - 1) >> 1];
    if (place > 0 && parent !== undefined && this.#isBefore(item, parent)) this.#rise(item, place);
    else this.#sink(item, place);
  }

  #rise(item: Item, start: number): void {
    let place = start;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || !this.#isBefore(item, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(item, place);
  }

  #sink(item: Item, start: number): void {
    let place = start;
    for (;;) {
      const below = this.#firstBelow(place);
      const child = below === undefined ? undefined : this.#items[below];
      if (below === undefined || child === undefined || !this.#isBefore(child, item)) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(item, place);
  }

  #firstBelow(place: number): number | undefined {
    const left = place * 2 + 1;
    const leftItem = this.#items[left];
    const rightItem = this.#items[left + 1];
    if (leftItem === undefined) return undefined;
    return rightItem !== undefined && this.#isBefore(rightItem, leftItem) ? left + 1 : left;
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }
}
