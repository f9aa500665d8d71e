import type { Benchmark } from "./benchmark.ts";
import { UsageError } from "./benchmark.ts";
import { httpBenchmark } from "./http/main.ts";
import { queueBenchmark } from "./queue/main.ts";

const benchmarks: readonly Benchmark[] = [httpBenchmark, queueBenchmark];

const names = benchmarks.map((benchmark) => benchmark.name).join(", ");
const usage = `npm run bench -- <name> [flags]   (names: ${names}; --smoke alone tries each of them briefly)`;

function select(name: string | undefined): readonly Benchmark[] {
  if (name === "--smoke") return benchmarks;
  if (name === undefined) throw new UsageError(`expected the name of a benchmark\n${usage}`);
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found === undefined) throw new UsageError(`expected the name of a benchmark, got "${name}"\n${usage}`);
  return [found];
}

async function main(args: readonly string[]): Promise<void> {
  const selected = select(args[0]);
  const flags = args[0] === "--smoke" ? args : args.slice(1);
  for (const benchmark of selected) await benchmark.run(flags);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
