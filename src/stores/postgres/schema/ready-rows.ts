import { everyLane } from "./flags.ts";

/**
 * The rows `r` of those of some jobs that are ready, for the `from` of a statement. The whole key is made before they are looked
 * for, lane by lane: else a planner that does not know how many there are reads all of a queue for each.
 */
export function readyRows(ids: string): string {
  return `(select j.queue, l.lane, -j.priority as rank, coalesce(c.due_at, j.due_at) as due_at, j.seq
      from job j left join course c on c.id = j.id cross join unnest(array[${everyLane}]) l(lane)
      where j.id = any(${ids}) offset 0) p
    join ready r on r.queue = p.queue and r.lane = p.lane and r.rank = p.rank and r.due_at = p.due_at and r.seq = p.seq`;
}
