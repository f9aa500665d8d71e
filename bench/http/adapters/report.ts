import { percent, quartiles } from "../../format.ts";
import type { Machine } from "../../machine.ts";
import { formatMachine } from "../../machine.ts";
import { formatTable } from "../../table.ts";
import type { GoalResult } from "../goals.ts";
import type { HttpOptions } from "../options.ts";
import { formatGoals } from "../report.ts";
import type { AdapterCost, RouteCost } from "./costs.ts";
import type { Round } from "./rounds.ts";

export interface AdaptersReport {
  readonly benchmark: "http --adapters";
  readonly date: string;
  readonly machine: Machine;
  /** Were the servers tied to one core, and what asks them to another? */
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly options: Pick<HttpOptions, "rounds" | "launches" | "seconds" | "warmupSeconds" | "connections" | "seed">;
  readonly costs: readonly AdapterCost[];
  readonly goals: readonly GoalResult[];
  /** The figures as they were measured. */
  readonly rounds: readonly Round[];
}

export function formatAdaptersReport(report: AdaptersReport): string {
  const { costs, goals } = report;
  const sections = [
    describeRun(report),
    `POST /items/:id with a validated body and one background task: what the adapter takes of its framework\n\n` +
      formatCosts(costs, ({ withTask }) => withTask),
    `The same route without a task\n\n${formatCosts(costs, ({ withoutTask }) => withoutTask)}`,
    notes,
  ];
  if (goals.length > 0) sections.push(formatGoals(goals));
  return [...sections, `For docs/performance.md:\n\n${formatMarkdown(costs, goals)}`].join("\n\n");
}

function describeRun({ machine, versions, options, pinned }: AdaptersReport): string {
  const { rounds, seconds, launches, connections, seed } = options;
  return [
    formatMachine(machine),
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `${rounds} rounds of ${seconds} s, ${launches} launches, ${connections} connections each, seed ${seed}, ` +
      (pinned ? "both servers on one core" : "the servers not tied to a core: the figures are less exact"),
  ].join("\n");
}

function formatCosts(costs: readonly AdapterCost[], routeOf: (cost: AdapterCost) => RouteCost): string {
  const head = ["", "CPU µs bare", "with the adapter", "cost", "quartiles", "95 % interval"];
  const rows = costs.map((cost) => {
    const { bareMicros, adapterMicros, share } = routeOf(cost);
    const micros = [bareMicros, adapterMicros].map((spread) => spread.median.toFixed(1));
    return [cost.title, ...micros, percent(share.median), quartiles(share, percent), interval(share)];
  });
  return formatTable(head, rows);
}

/** The table of the documentation. */
function formatMarkdown(costs: readonly AdapterCost[], goals: readonly GoalResult[]): string {
  const rows = costs.map(({ title, withTask, withoutTask }) => {
    const verdict = goals.find(({ text }) => text.startsWith(`${title}:`))?.verdict ?? "";
    const micros = [withTask.bareMicros, withTask.adapterMicros].map((spread) => spread.median.toFixed(1));
    const shares = [withTask, withoutTask].map(({ share }) => `${percent(share.median)} (${interval(share)})`);
    return `| ${[title, ...micros, ...shares, verdict].join(" | ")} |`;
  });
  return [
    "| | CPU µs a request, bare | with the adapter | cost with a task (95 % interval) | without one | at most 5 % |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function interval({ interval: [low, high] }: RouteCost["share"]): string {
  return `${percent(low)} – ${percent(high)}`;
}

const notes = `Bare: the framework's own hook runs a function after the response, waits for it and logs its error: onResponse of
Fastify, onDispose of H3, the response's "close" elsewhere. With the adapter the program is the same, but for the
middleware and background.addTask. CPU time is the server's own, all of its threads.`;
