/** One import cycle: its files in the order of their imports, the first one not repeated. */
export type Cycle = readonly string[];

/** For every file that can reach itself one shortest way round; a cycle found from one of its files isn't reported again. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly Cycle[] {
  const reported = new Set<string>();
  const cycles: Cycle[] = [];
  for (const file of [...graph.keys()].toSorted()) {
    if (reported.has(file)) continue;
    const cycle = shortestWayRound(graph, file);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const member of cycle) reported.add(member);
  }
  return cycles;
}

function shortestWayRound(graph: ReadonlyMap<string, readonly string[]>, start: string): Cycle | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return wayTo(cameFrom, file, start);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(cameFrom: ReadonlyMap<string, string>, end: string, start: string): Cycle {
  const way = [end];
  for (let file = end; file !== start;) {
    file = cameFrom.get(file) ?? start;
    way.unshift(file);
  }
  return way;
}
