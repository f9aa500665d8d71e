import type { ScheduleRecord } from "../contract/store.ts";

interface Schedule {
  readonly lastSlot: number;
  /** The last of the jobs that it fired last. */
  readonly lastJob: string | undefined;
}

/** The last slot of every schedule, and the last job that it fired. */
export class Schedules {
  readonly #schedules = new Map<string, Schedule>();

  /** Notes those that are new. In the order of the names. */
  note(names: readonly string[], now: number): readonly ScheduleRecord[] {
    return names.map((name) => {
      const schedule = this.#schedules.get(name) ?? { lastSlot: now, lastJob: undefined };
      this.#schedules.set(name, schedule);
      return { name, lastSlot: schedule.lastSlot };
    });
  }

  get(name: string): Schedule | undefined {
    return this.#schedules.get(name);
  }

  set(name: string, schedule: Schedule): void {
    this.#schedules.set(name, schedule);
  }
}
