import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Session } from "./session.ts";

/** A cancellation reaches a running job within this, and a little for the way. */
const longestBeatMs = 1_000;

/** What a heartbeat works for. */
export interface HeartbeatHost {
  readonly session: Session;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly log: Log;
  /** These jobs are to be stopped. */
  readonly cancel: (ids: readonly string[]) => void;
  /** The store's time was just this. */
  readonly tell: (now: number) => void;
  /** The store has ended the session. */
  readonly lost: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Extends a session before it runs out: often while it holds jobs, so that cancellations are heard, else seldom. */
export class Heartbeat {
  readonly #host: HeartbeatHost;
  #stopped = false;
  #cancelTimer: (() => void) | undefined;
  #beating: Promise<void> | undefined;
  /** When the renewal that last succeeded was asked for: the lease is at least a lease longer than that. */
  #renewedMs = 0;
  #dueMs = 0;

  constructor(host: HeartbeatHost) {
    this.#host = host;
  }

  start(): void {
    this.#renewedMs = this.#host.clock.now();
    this.#arm();
  }

  /** Does the session stand in the store for certain, and for a while to come? */
  get isSure(): boolean {
    const { clock, leaseMs } = this.#host;
    return clock.now() - this.#renewedMs < leaseMs * 0.9;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#beating;
  }

  /** Something may have been cancelled: looks at once. */
  soon(): void {
    if (this.#host.session.holds && this.#beating === undefined && !this.#stopped) this.#beatNow();
  }

  get #beatMs(): number {
    return Math.min(this.#host.leaseMs / 3, longestBeatMs);
  }

  #arm(): void {
    this.#cancelTimer?.();
    if (this.#stopped) return;
    this.#dueMs = this.#host.clock.now() + this.#beatMs;
    this.#cancelTimer = this.#host.clock.after(this.#beatMs, () => this.#onTimer());
  }

  #onTimer(): void {
    const now = this.#host.clock.now();
    this.#warnIfLate(now - this.#dueMs);
    const isIdle = !this.#host.session.holds && now - this.#renewedMs < this.#host.leaseMs / 3;
    if (isIdle) this.#arm();
    else this.#beatNow();
  }

  #beatNow(): void {
    this.#cancelTimer?.();
    this.#beating = this.#beat().finally(() => {
      this.#beating = undefined;
      this.#arm();
    });
  }

  async #beat(): Promise<void> {
    const { session, clock, tell, cancel, lost, onError } = this.#host;
    const askedMs = clock.now();
    try {
      const answer = await session.extend();
      this.#renewedMs = askedMs;
      if (answer === undefined) return await lost();
      tell(answer.now);
      if (answer.cancel.length > 0) cancel(answer.cancel);
    } catch (error) {
      onError(error);
    }
  }

  #warnIfLate(lateMs: number): void {
    const { leaseMs, log } = this.#host;
    if (lateMs < leaseMs / 3) return;
    const ms = Math.round(lateMs);
    log.warn(
      `the event loop was blocked for ${ms} ms, and the lease is ${leaseMs} ms: other workers may take the jobs of ` +
        "this one; move long computations into threads, or make the lease longer",
      { ms, leaseMs },
    );
  }
}
