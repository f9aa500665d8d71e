import type { Log } from "./log.ts";
import { isPromiseLike } from "./promises.ts";

/** Typed listeners by event name. A listener that throws or rejects is logged and disturbs nobody. */
export class Events<Map extends object> {
  readonly #listeners = new globalThis.Map<keyof Map, Set<(event: never) => unknown>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a listener; the function returned removes it again. Adding the same one twice counts once. */
  on<Name extends keyof Map>(name: Name, listener: (event: Map[Name]) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Does anybody listen? Asked before an event is made that would be made for each of many requests. */
  has(name: keyof Map): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Tells every listener; `false` when there was none, so that the caller can log instead. */
  emit<Name extends keyof Map>(name: Name, event: Map[Name]): boolean {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return false;
    for (const listener of listeners) this.#call(String(name), listener as (event: Map[Name]) => unknown, event);
    return true;
  }

  #call<Event>(name: string, listener: (event: Event) => unknown, event: Event): void {
    const report = (error: unknown): void => {
      this.#log.error(`a listener of ${JSON.stringify(name)} failed`, { error });
    };
    try {
      const told: unknown = listener(event);
      if (isPromiseLike(told)) told.then(undefined, report);
    } catch (error) {
      report(error);
    }
  }
}
