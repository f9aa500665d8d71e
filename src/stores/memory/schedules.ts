import type { ScheduleRecord } from "../contract/store.ts";

/** The last slot of every schedule. */
export class Schedules {
  readonly #lastSlots = new Map<string, number>();

  /** Notes those that are new. In the order of the names. */
  note(names: readonly string[], now: number): readonly ScheduleRecord[] {
    return names.map((name) => {
      const lastSlot = this.#lastSlots.get(name) ?? now;
      this.#lastSlots.set(name, lastSlot);
      return { name, lastSlot };
    });
  }

  last(name: string): number | undefined {
    return this.#lastSlots.get(name);
  }

  moveTo(name: string, slot: number): void {
    this.#lastSlots.set(name, slot);
  }
}
