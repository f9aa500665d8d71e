import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import { machineCpuSeconds } from "../machine-load.ts";
import type { Figures } from "./figures.ts";
import { LoopWatch } from "./loop-watch.ts";

/** What is measured. */
export interface Measured {
  /** Where a CPU profile goes, if one is taken. */
  readonly profile: string | undefined;
  /** Returns how many jobs it was. */
  readonly run: () => Promise<number>;
}

/** Runs it once: time, CPU time of all of the process's threads, and the waits of the event loop. */
export async function measured({ profile, run }: Measured): Promise<Figures> {
  const profiler = profile === undefined ? undefined : await Profiler.start(profile);
  const loop = new LoopWatch();
  const machine = machineCpuSeconds();
  const cpu = process.cpuUsage();
  const start = performance.now();
  loop.start();
  const jobs = await run();
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  const waits = loop.stop();
  const cpuSeconds = (user + system) / 1e6;
  const others = Math.max(0, (machineCpuSeconds() - machine - cpuSeconds) / seconds);
  await profiler?.stop();
  return { perSecond: jobs / seconds, cpuMicros: (cpuSeconds * 1e6) / jobs, ...waits, others };
}

const sampleMicros = 200;

class Profiler {
  readonly #session = new Session();
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
    this.#session.connect();
  }

  static async start(file: string): Promise<Profiler> {
    const profiler = new Profiler(file);
    await profiler.#session.post("Profiler.enable");
    await profiler.#session.post("Profiler.setSamplingInterval", { interval: sampleMicros });
    await profiler.#session.post("Profiler.start");
    return profiler;
  }

  async stop(): Promise<void> {
    const { profile } = await this.#session.post("Profiler.stop");
    this.#session.disconnect();
    await writeFile(this.#file, JSON.stringify(profile));
  }
}
