import { cpus } from "node:os";

/** CPU seconds that all processes of the machine have used so far; it counts in ticks of 10 ms. */
export function machineCpuSeconds(): number {
  const milliseconds = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return milliseconds.reduce((sum, value) => sum + value, 0) / 1e3;
}

/** Above this many cores in other hands a measurement counts as disturbed. */
export const DISTURBED_CORES = 0.15;
