import type { ScheduleDefinition } from "./schedule.ts";

/** The first time after `afterMs` at which a schedule is due; `undefined` when there is none. */
export function nextSlot({ timetable }: ScheduleDefinition, afterMs: number): number | undefined {
  return timetable.next(afterMs);
}

/**
 * The times at which a schedule is due after `afterMs` and until `untilMs`, that one included; at most `max` of them,
 * the `first` or the `last` ones, oldest first.
 */
export function slotsBetween(
  { timetable }: ScheduleDefinition,
  afterMs: number,
  untilMs: number,
  max: number,
  which: "first" | "last" = "first",
): readonly number[] {
  const slots: number[] = [];
  if (which === "first") {
    let slot = timetable.next(afterMs);
    while (slot !== undefined && slot <= untilMs && slots.push(slot) < max) slot = timetable.next(slot);
    return slots;
  }
  let slot = timetable.last(untilMs);
  while (slot !== undefined && slot > afterMs && slots.push(slot) < max) slot = timetable.last(slot - 1);
  return slots.toReversed();
}

/** How late a slot may be and still not be missed: whoever fires looks at its schedules at least this often. */
const punctualMs = 60_000;

const mostMissed = 1_000;

/**
 * The slots after `lastSlot`, the last one seen to, for which a schedule is to fire now, oldest first. With `skip` that
 * is the latest one, if it is no more than a minute ago; with `one` the latest; with `all` the last 1,000.
 */
export function dueSlots(definition: ScheduleDefinition, lastSlot: number, now: number): readonly number[] {
  const { missed } = definition;
  const after = missed === "skip" ? Math.max(lastSlot, now - punctualMs) : lastSlot;
  return slotsBetween(definition, after, now, missed === "all" ? mostMissed : 1, "last");
}
