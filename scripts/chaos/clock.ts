/** One process may be made to believe in another time. What it writes down has to fit what the others do. */
const shiftMs = Number(process.env["CLOCK_SHIFT_MS"] ?? 0);

/** Milliseconds since the epoch, whatever this process believes. */
export function trueNow(): number {
  return Date.now() - shiftMs;
}
