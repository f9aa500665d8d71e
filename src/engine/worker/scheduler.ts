import { AfterworkError } from "../../base/errors.ts";
import { expected } from "../../base/options.ts";
import type { Clock } from "../../base/clock.ts";
import type { NewJob } from "../../stores/contract/new-job.ts";
import type { ScheduleRecord, Store } from "../../stores/contract/store.ts";
import { dueSlots, nextSlot, slotsBetween } from "../schedules/slots.ts";
import { isSchedule, tasksOf, type ScheduleDefinition } from "../schedules/schedule.ts";
import type { TaskRegistry } from "../task-registry.ts";

/** What a scheduler works with. */
export interface SchedulerParts {
  store(): Store;
  clock(): Clock;
  /** The jobs of one slot. @throws whatever is wrong with the call. */
  jobsOf(definition: ScheduleDefinition): readonly NewJob[];
  onError(error: unknown): void;
}

/** However far the next slot is: clocks drift, and another process may have moved a schedule on. */
const longestRestMs = 60_000;
const retryMs = 1_000;

/**
 * Fires schedules. Every process with an engine that works has one, and none of them leads: moving a schedule's last slot on
 * and storing the job is one compare-and-set, so a slot has one job however many try.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #definitions = new Map<string, ScheduleDefinition>();
  #started = false;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /**
   * Adds a schedule, also while it runs.
   *
   * @throws {AfterworkError} `INVALID_DEFINITION` for a name that is taken. @throws {UnknownTaskError}
   */
  add(definition: ScheduleDefinition, registry: TaskRegistry): void {
    if (!isSchedule(definition)) throw expected("Engine: schedules", "what schedule() returns", definition);
    if (this.#definitions.has(definition.name)) {
      throw new AfterworkError(
        "INVALID_DEFINITION",
        `Engine: two schedules are called ${definition.name}; names must differ`,
      );
    }
    for (const task of tasksOf(definition)) registry.check(task);
    this.#definitions.set(definition.name, definition);
    if (this.#started) this.#runNow();
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#runNow();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTimer?.();
    await this.#running;
  }

  /** Fires what is due; resolves when that is done. @throws the first error, when all have had their turn. */
  async fireDue(): Promise<void> {
    const { errors } = await this.#fireAll();
    if (errors.length > 0) throw errors[0];
  }

  /** When the next slot of any schedule is, after a time. */
  nextSlotAfter(now: number): number | undefined {
    const slots = [...this.#definitions.values()].flatMap((definition) => nextSlot(definition, now) ?? []);
    return slots.length === 0 ? undefined : Math.min(...slots);
  }

  #runNow(): void {
    this.#cancelTimer?.();
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again && this.#started) this.#runNow();
    });
  }

  async #run(): Promise<void> {
    this.#again = false;
    let restMs = retryMs;
    try {
      const fired = await this.#fireAll();
      if (fired.errors.length === 0) restMs = fired.restMs;
      else for (const error of fired.errors) this.#parts.onError(error);
    } catch (error) {
      this.#parts.onError(error);
    }
    if (this.#started) this.#cancelTimer = this.#parts.clock().after(restMs, () => this.#runNow());
  }

  /** Says how long nothing is due, and what went wrong: one schedule that can't fire does not hold up the others. */
  async #fireAll(): Promise<{ readonly restMs: number; readonly errors: readonly unknown[] }> {
    const definitions = [...this.#definitions.values()];
    const errors: unknown[] = [];
    if (definitions.length === 0) return { restMs: longestRestMs, errors };
    const { schedules, now } = await this.#parts.store().schedules(definitions.map(({ name }) => name));
    let next = now + longestRestMs;
    for (let index = 0; index < definitions.length; index += 1) {
      const definition = definitions[index] as ScheduleDefinition;
      await this.#fireOne(definition, schedules[index] as ScheduleRecord, now).catch((error: unknown) => {
        errors.push(error);
      });
      next = Math.min(next, nextSlot(definition, now) ?? next);
    }
    return { restMs: next - now, errors };
  }

  /** Moves the schedule on slot by slot. Whoever finds that another was faster leaves the rest to him. */
  async #fireOne(definition: ScheduleDefinition, { name, lastSlot }: ScheduleRecord, now: number): Promise<void> {
    const newest = slotsBetween(definition, lastSlot, now, 1, "last").at(-1);
    if (newest === undefined) return;
    const due = dueSlots(definition, lastSlot, now);
    let last = lastSlot;
    for (const slot of due.at(-1) === newest ? due : [...due, newest]) {
      const jobs = due.includes(slot) ? this.#parts.jobsOf(definition) : [];
      const answers = await this.#parts.store().fire({
        name,
        expectedLast: last,
        slot,
        jobs,
        unlessUnfinished: definition.overlap === "skip",
      });
      if (answers === undefined) return;
      last = slot;
    }
  }
}
