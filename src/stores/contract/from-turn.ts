/** A list from another place on, counted round, and then what lies before that place. */
export function fromTurn<Item>(items: readonly Item[], turn: number = 0): readonly Item[] {
  const first = items.length === 0 ? 0 : turn % items.length;
  return first === 0 ? items : [...items.slice(first), ...items.slice(0, first)];
}
