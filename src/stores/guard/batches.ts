/** Asks for the items in batches, one after the other; the answers come in the order of the items. */
export async function inBatches<Item, Answer>(
  items: readonly Item[],
  size: number,
  ask: (batch: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  if (items.length <= size) return ask(items);
  const answers: Answer[] = [];
  for (let start = 0; start < items.length; start += size) {
    for (const answer of await ask(items.slice(start, start + size))) answers.push(answer);
  }
  return answers;
}
