import { nextTick } from "node:process";
import { getDefaultHighWaterMark } from "node:stream";

/** What sends something of a response. */
export type SendingMethod = "writeHead" | "flushHeaders" | "write" | "end";

/** A call that waits, with the arguments that it was given. */
export interface HeldCall {
  readonly method: SendingMethod;
  readonly args: readonly unknown[];
  readonly make: () => unknown;
}

/** The calls on a response that wait until it may leave, in their order. */
export class HeldCalls {
  readonly #calls: HeldCall[] = [];
  #length = 0;

  /**
   * Keeps a call. Returns whether more may be written: as long as what waits fits into the buffer of a stream, because a
   * stream between the writer and the response, as for compression, tells `drain` only when it has been filled itself.
   */
  add(call: HeldCall): boolean {
    this.#calls.push(call);
    if (call.method === "write") this.#length += lengthOf(call.args[0]);
    return !this.#isFull;
  }

  get #isFull(): boolean {
    return this.#length >= getDefaultHighWaterMark(false);
  }

  /** Makes all of them. Returns whether a writer still waits for a `drain` that the response will not tell by itself. */
  release(): boolean {
    const wasFull = this.#isFull;
    let takesMore = true;
    // One by one: when a call throws, those behind it are still there to be dropped.
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) {
      const returned = call.make();
      if (call.method === "write") takesMore = returned !== false;
    }
    this.#length = 0;
    return wasFull && takesMore;
  }

  /** None of them is made: their callbacks are told why. Returns whether a writer waits for `drain`. */
  drop(error: unknown): boolean {
    const wasFull = this.#isFull;
    for (const { args } of this.#calls.splice(0)) refuseCall(args, error);
    this.#length = 0;
    return wasFull;
  }
}

/** Tells the callback of a call, if it has one, that it is never made. */
export function refuseCall(args: readonly unknown[], error: unknown): void {
  const callback = args.at(-1);
  if (typeof callback === "function") nextTick(callback, error);
}

function lengthOf(chunk: unknown): number {
  return typeof chunk === "string" || chunk instanceof Uint8Array ? chunk.length : 0;
}
