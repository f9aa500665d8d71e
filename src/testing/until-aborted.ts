import { toError } from "../base/errors.ts";

/** A client that has gone sees no response, though the handler goes on. `onLeft` is called once, when that happens. */
export function untilAborted(
  sent: Response | Promise<Response>,
  signal: AbortSignal,
  onLeft: () => void,
): Promise<Response> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = (): void => {
      reject(toError(signal.reason));
      onLeft();
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
  return Promise.race([sent, aborted]);
}
