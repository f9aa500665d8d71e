import { toMs, type Duration } from "../../base/durations.ts";
import { AfterworkError } from "../../base/errors.ts";
import { aString, expected } from "../../base/options.ts";
import type { StepRecord } from "../../stores/contract/outcome.ts";
import type { AnyTask } from "../../tasks/any-task.ts";
import { decodeResult, encodeResult } from "../../tasks/payload.ts";

/** The attempt whose steps they are. */
export interface StepsHost {
  readonly task: AnyTask;
  /** The steps that earlier attempts have done. */
  loadSteps(): Promise<readonly StepRecord[]>;
  /** Remembers a value; rejects when it could not be, or the lease is lost. */
  saveStep(name: string, value: string): Promise<void>;
  /** The store's time, as well as it is known. */
  now(): number;
  /** Ends the attempt until a later time. */
  park(name: string, delayMs: number): never;
}

/** The steps of one attempt: what an earlier one has done is not done again. */
export class Steps {
  readonly #host: StepsHost;
  readonly #names = new Set<string>();
  #loading: Promise<ReadonlyMap<string, StepRecord>> | undefined;

  constructor(host: StepsHost) {
    this.#host = host;
  }

  /** The value of a step: remembered, or made now and remembered before it is returned. */
  async step(name: string, run: () => unknown): Promise<unknown> {
    const known = await this.#begin(name);
    const { task } = this.#host;
    if (known !== undefined) return decodeStep(task, known.value);
    const value: unknown = await run();
    const text = encodeResult(task, value, `step ${JSON.stringify(name)}`);
    await this.#host.saveStep(name, text ?? "");
    return decodeStep(task, text);
  }

  /** Returns when the time has passed since it was first called, in whatever attempt that was. */
  async sleep(name: string, duration: Duration): Promise<void> {
    const delayMs = toMs(duration, `sleep ${JSON.stringify(name)}`);
    const known = await this.#begin(name);
    const leftMs = known?.sleepUntil === undefined ? delayMs : known.sleepUntil - this.#host.now();
    if (leftMs > 0) this.#host.park(name, leftMs);
  }

  async #begin(name: string): Promise<StepRecord | undefined> {
    if (!aString.accepts(name)) throw expected("step: its name", aString.expected, name);
    if (this.#names.has(name)) {
      const message = `${this.#host.task.name}: there are two steps called ${JSON.stringify(name)}; names must differ`;
      throw new AfterworkError("STEP", message);
    }
    this.#names.add(name);
    this.#loading ??= this.#load();
    return (await this.#loading).get(name);
  }

  async #load(): Promise<ReadonlyMap<string, StepRecord>> {
    return new Map((await this.#host.loadSteps()).map((record) => [record.name, record]));
  }
}

/** A step without a value is kept as an empty text, which is no JSON. */
function decodeStep(task: AnyTask, text: string | undefined): unknown {
  return text === undefined || text === "" ? undefined : decodeResult(task, text);
}
