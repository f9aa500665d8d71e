import { percent, quartiles, whole } from "../format.ts";
import { formatMachine } from "../machine.ts";
import type { Machine } from "../machine.ts";
import type { GoalResult } from "./goals.ts";
import { DISTURBED_CORES } from "../machine-load.ts";
import type { HttpOptions } from "./options.ts";
import type { Measurement } from "./measurement.ts";
import type { Estimate } from "../statistics.ts";
import type { TargetSummary } from "./summary.ts";
import { formatTable } from "../table.ts";

export interface HttpReport {
  readonly benchmark: "http";
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly options: Pick<HttpOptions, "rounds" | "launches" | "seconds" | "warmupSeconds" | "connections" | "seed">;
  readonly skipped: readonly string[];
  readonly targets: readonly TargetSummary[];
  readonly goals: readonly GoalResult[];
  /** Per round and route, the figures as they were measured. */
  readonly rounds: readonly Readonly<Record<string, Measurement>>[];
}

export function formatReport(report: HttpReport): string {
  const withTask = report.targets.filter((target) => target.taskCost !== undefined);
  const sections = [
    describeRun(report),
    `POST /items/:id with a validated body and one background task\n\n${formatSpeed(withTask)}`,
    `The same: requests per CPU second against others in the same round (median, quartiles)\n\n${formatRatios(withTask)}`,
    `What the task costs, against the same route of the same process without one\n\n${formatCosts(report.targets, withTask)}`,
    notes,
    ...report.skipped,
    ...warnings(report),
  ];
  if (report.goals.length > 0) sections.push(formatGoals(report.goals));
  return sections.join("\n\n");
}

/** What makes the figures less than they seem. */
function warnings({ rounds, targets }: HttpReport): string[] {
  const measurements = rounds.flatMap((round) => Object.values(round));
  const disturbed = measurements.filter((one) => one.others > DISTURBED_CORES).length;
  const idle = targets.filter((target) => target.busy.median < 0.9 && target.loadBusy.median > 0.9);
  return [
    ...(disturbed === 0
      ? []
      : [`${disturbed} of ${measurements.length} measurements were disturbed by other processes.`]),
    ...idle.map((target) => `The load generator was the bottleneck of ${target.name}.`),
  ];
}

function describeRun({ machine, versions, options }: HttpReport): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    formatMachine(machine),
    list.join(", "),
    `${options.rounds} rounds of ${options.seconds} s, ${options.launches} launches, ${options.connections} connections, seed ${options.seed}`,
  ].join("\n");
}

function formatSpeed(targets: readonly TargetSummary[]): string {
  const head = [
    "",
    "req/CPU s",
    "quartiles",
    "worst",
    "best",
    "req/s",
    "p50 ms",
    "p99 ms",
    "server busy",
    "load busy",
    "others",
  ];
  const rows = targets.map((target) => [
    target.title,
    whole(target.requestsPerCpuSecond.median),
    quartiles(target.requestsPerCpuSecond, whole),
    whole(target.requestsPerCpuSecond.min),
    whole(target.requestsPerCpuSecond.max),
    whole(target.requestsPerSecond.median),
    target.p50Ms.median.toFixed(2),
    target.p99Ms.median.toFixed(2),
    percent(target.busy.median),
    percent(target.loadBusy.median),
    percent(target.others.median),
  ]);
  return formatTable(head, rows);
}

function formatRatios(targets: readonly TargetSummary[]): string {
  const head = ["", "÷ raw", "÷ Hono", "÷ Fastify", "÷ FastAPI", "p99 ÷ Fastify's"];
  const columns = ["raw", "hono", "fastify", "fastapi"];
  const rows = targets.map((target) => [
    target.title,
    ...columns.map((name) => ratio(target.against[name])),
    ratio(target.p99AgainstFastify),
  ]);
  return formatTable(head, rows);
}

function formatCosts(all: readonly TargetSummary[], targets: readonly TargetSummary[]): string {
  const head = ["", "req/CPU s without", "with", "cost", "quartiles", "95 % interval"];
  const rows = targets.map((target) => {
    const plain = all.find((other) => other.taskCost === undefined && target.title.startsWith(other.title));
    return [
      target.title,
      whole(plain?.requestsPerCpuSecond.median ?? Number.NaN),
      whole(target.requestsPerCpuSecond.median),
      ...costCells(target.taskCost),
    ];
  });
  return formatTable(head, rows);
}

function costCells(cost: Estimate | undefined): string[] {
  if (cost === undefined) return [];
  return [
    percent(cost.median),
    quartiles(cost, percent),
    `${percent(cost.interval[0])} – ${percent(cost.interval[1])}`,
  ];
}

/** Each goal with what was measured; those that name a percentage are printed as such. */
export function formatGoals(goals: readonly GoalResult[]): string {
  const rows = goals.map(({ text, measured, verdict }) => {
    const format = (value: number) => (text.includes("%") ? percent(value) : value.toFixed(3));
    if (measured === undefined) return [text, "", "", verdict];
    const interval = `${format(measured.interval[0])} – ${format(measured.interval[1])}`;
    return [text, format(measured.median), interval, verdict];
  });
  return formatTable(["Goals", "measured", "95 % interval", ""], rows);
}

const notes = `CPU time is the server's own, all of its threads. Zod validates the body, except in Fastify (its own best: JSON Schema
for the input and for the output) and FastAPI (pydantic). Everybody runs the task after the response: node:http,
Hono and Express on the response's "close", Fastify in onResponse, H3 in onDispose, FastAPI by BackgroundTasks.`;

function ratio(value: Estimate | undefined): string {
  if (value === undefined) return "–";
  return `${value.median.toFixed(2)} (${quartiles(value, (part) => part.toFixed(2))})`;
}
