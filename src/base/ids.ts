import { v7 } from "uuid";

/** Randomness is fetched for this many ids at once: a call for each costs more than all the rest. */
const idsPerFill = 256;
const bytesPerId = 16;

const pool = new Uint8Array(idsPerFill * bytesPerId);
let used = pool.length;
let lastMs = Number.NEGATIVE_INFINITY;
let sequence = 0;

/**
 * A new UUIDv7: unique, and sorted by the time at which it was made; those of one process also by their order within a
 * millisecond, and when the clock is set back. With `msecs`, one for that time. @see RFC 9562, section 5.7
 */
export function newId(msecs?: number): string {
  const random = nextRandom();
  if (msecs !== undefined) return v7({ msecs, random });
  countOn(Date.now(), random);
  return v7({ msecs: lastMs, seq: sequence, random });
}

/** The sequence begins anew, somewhere in the lower half, with every millisecond. */
function countOn(now: number, random: Uint8Array): void {
  if (now > lastMs) {
    lastMs = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
    return;
  }
  sequence += 1;
  if (sequence <= 0xff_ff_ff_ff) return;
  lastMs += 1;
  sequence = 0;
}

function nextRandom(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += bytesPerId;
  return pool.subarray(used - bytesPerId, used);
}
