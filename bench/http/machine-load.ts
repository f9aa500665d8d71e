import { cpus } from "node:os";

/**
 * CPU seconds that all processes of the machine, and its host in their stead, have used: only differences mean something.
 * Taken from the idle time, as `os.cpus()` leaves out some kinds of work. It counts in ticks of 10 ms.
 */
export function machineCpuSeconds(): number {
  const all = cpus();
  const idleSeconds = all.reduce((sum, { times }) => sum + times.idle, 0) / 1e3;
  return (all.length * performance.now()) / 1e3 - idleSeconds;
}

/** Above this many cores in other hands a measurement counts as disturbed. */
export const DISTURBED_CORES = 0.15;
