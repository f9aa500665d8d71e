import { cpus, release, type } from "node:os";

/** Where something was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  const system = `${type()} ${release()}`;
  return { cpu: all[0]?.model.trim() ?? "unknown", cores: all.length, system, node: process.versions.node };
}

export function formatMachine({ node, cores, cpu, system }: Machine): string {
  return `Node ${node}, ${cores} × ${cpu}, ${system}`;
}
