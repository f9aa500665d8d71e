import { newId } from "../../base/ids.ts";
import type { WakeTopic } from "../contract/store.ts";
import { WakeListeners } from "../contract/wake-listeners.ts";
import type { Database } from "./client/database.ts";
import { stableName } from "./stable-name.ts";

/**
 * Others are told once in this time in the long run, for commits that notify queue up behind each other in the whole database;
 * after a rest they are told at once some times more, so that what comes now and then need not wait.
 */
const pauseMs = 50;
const mostAtOnce = 5;

/** Where more is waiting than one can take, others are told this often; a busy one need not be told. */
const backlogMs = 500;

const topics: readonly WakeTopic[] = ["jobs", "control", "ended"];

/** The channel of a schema. */
export function channelOf(schema: string): string {
  return stableName(schema);
}

/** Those who want to know that something may be new, here and in other processes. */
export class Wakes {
  readonly #database: Database;
  /** `undefined`: nobody is told, and nobody is listened to. */
  readonly #channel: string | undefined;
  readonly #sender = newId().slice(-12);
  readonly #listeners = new WakeListeners();
  /** From when on there is a pause again before others are told of a topic, if nothing more is told. */
  readonly #rested = new Map<WakeTopic, number>();
  readonly #late = new Map<WakeTopic, NodeJS.Timeout>();
  #subscription: { stop(): Promise<void> } | undefined;
  #lastBacklog = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(database: Database, channel: string | undefined) {
    this.#database = database;
    this.#channel = channel;
  }

  /** The function returned ends it. */
  listen(listener: (topic: WakeTopic) => void): () => void {
    const remove = this.#listeners.add(listener);
    this.#subscribe();
    return remove;
  }

  /** Tells those of this process. */
  tellHere(topic: WakeTopic): void {
    this.#listeners.tell(topic);
  }

  /**
   * How a statement that is about to run tells others; null when it is not to, because they have been told often just now:
   * they are told again in a moment.
   */
  within(topic: WakeTopic): string | null {
    if (this.#waitMs(topic) > 0) {
      this.tellOthersLater(topic);
      return null;
    }
    this.#noteTold(topic);
    return this.always();
  }

  /** The same for a statement of a user's transaction, whose commit may be far off. */
  always(): string | null {
    return this.#channel === undefined ? null : `${this.#channel} ${this.#sender}`;
  }

  /** Tells others in a statement of its own. */
  tellOthersLater(topic: WakeTopic): void {
    const channel = this.#channel;
    if (channel === undefined || this.#closed || this.#late.has(topic)) return;
    const timer = setTimeout(() => {
      this.#late.delete(topic);
      this.#noteTold(topic);
      void this.#tellOthers(channel, topic);
    }, this.#waitMs(topic));
    this.#late.set(topic, timer.unref());
  }

  /** There is more than this process takes. */
  tellOfBacklog(): void {
    const now = performance.now();
    if (now - this.#lastBacklog < backlogMs) return;
    this.#lastBacklog = now;
    this.tellOthersLater("jobs");
  }

  /** Tells others what they have not been told yet; from then on nobody is told anything any more. */
  async close(): Promise<void> {
    const channel = this.#channel;
    this.#closed = true;
    this.#listeners.clear();
    for (const timer of this.#late.values()) clearTimeout(timer);
    const late = [...this.#late.keys()];
    this.#late.clear();
    if (channel !== undefined) await Promise.all(late.map((topic) => this.#tellOthers(channel, topic)));
    await this.#subscription?.stop();
  }

  /** Whoever misses it finds out by looking. */
  async #tellOthers(channel: string, topic: WakeTopic): Promise<void> {
    const values = [channel, `${topic} ${this.#sender}`];
    await this.#database.query("select pg_notify($1, $2)", values).catch(() => undefined);
  }

  #waitMs(topic: WakeTopic): number {
    const restedAt = this.#rested.get(topic) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, restedAt - performance.now() - (mostAtOnce - 1) * pauseMs);
  }

  #noteTold(topic: WakeTopic): void {
    const now = performance.now();
    this.#rested.set(topic, Math.max(now, this.#rested.get(topic) ?? now) + pauseMs);
  }

  #subscribe(): void {
    if (this.#channel === undefined || this.#subscription !== undefined || this.#closed) return;
    this.#subscription = this.#database.listen(this.#channel, {
      onNotification: (payload) => this.#hear(payload),
      // What was said while nobody listened may have been anything.
      onListening: () => topics.forEach((topic) => this.tellHere(topic)),
      onLost: () => {},
    });
  }

  #hear(payload: string): void {
    const [topic, sender] = payload.split(" ");
    if (sender === this.#sender) return;
    for (const known of topics) if (known === topic) this.tellHere(known);
  }
}
