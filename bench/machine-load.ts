import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * CPU seconds that all processes of the machine, and its host in their stead, have used: only differences mean something.
 * Taken from the idle time, as `os.cpus()` leaves out some kinds of work. It counts in ticks of 10 ms.
 */
export function machineCpuSeconds(): number {
  return (cpus().length * performance.now()) / 1e3 - idleSeconds();
}

/** Above this many cores in other hands a measurement counts as disturbed. */
export const DISTURBED_CORES = 0.15;

const ticksPerSecond = 100;

/** Waiting for a disk is idle too, which `os.cpus()` does not count. */
function idleSeconds(): number {
  try {
    const [, , , , idle = "", waiting = ""] = readFileSync("/proc/stat", "latin1").split(/\s+/, 6);
    return (Number(idle) + Number(waiting)) / ticksPerSecond;
  } catch {
    return cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1e3;
  }
}
