import { toError } from "../base/errors.ts";
import type { MemoryEnd } from "./memory-end.ts";

/** A client that has gone sees no response; the handler goes on, and its tasks run when it has finished. */
export function untilAborted(
  sent: Response | Promise<Response>,
  signal: AbortSignal,
  end: MemoryEnd,
): Promise<Response> {
  const answering = Promise.resolve(sent);
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = (): void => {
      reject(toError(signal.reason));
      void answering.then(() => end.finish());
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
  return Promise.race([answering, aborted]);
}
