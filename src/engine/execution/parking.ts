/** A running attempt gives its slot back to be started again later, without having failed. */
export type Parking =
  | { readonly kind: "snooze"; readonly delayMs: number }
  | { readonly kind: "sleep"; readonly delayMs: number; readonly step: string };

/** What unwinds a task's function when it parks. Catching it changes nothing: the attempt has ended. */
export class ParkedError extends Error {
  override readonly name = "ParkedError";

  constructor(task: string, parking: Parking) {
    super(`${task} ends here for now, to be started again in ${parking.delayMs} ms; let this error pass`);
  }
}
