import { whole } from "../../format.ts";
import { formatMachine, type Machine } from "../../machine.ts";
import { formatFigures, warnings } from "../figure-tables.ts";
import { formatGoals, type GoalResult } from "../goals.ts";
import type { Round, Summary } from "../summary.ts";
import type { PostgresOptions } from "./options.ts";
import { phases } from "./phases.ts";
import { seriesOf } from "./series.ts";
import type { ServerDescription } from "./server-description.ts";

export interface PostgresReport {
  readonly benchmark: "queue";
  readonly date: string;
  readonly machine: Machine;
  readonly server: ServerDescription;
  readonly options: Pick<PostgresOptions, "phases" | "contenders" | "rounds" | "sizes" | "seed">;
  readonly skipped: readonly string[];
  readonly goals: readonly GoalResult[];
  /** Per round and series, the figures as they were measured. */
  readonly rounds: readonly Round[];
}

export function formatReport(report: PostgresReport, summary: Summary): string {
  const tables = phases.flatMap(({ name, heading, columns, contenders, lines = contenders }) => {
    const series = lines.map((line) => ({ name: seriesOf(name, line.name), title: line.title }));
    return formatFigures({ heading, columns, lines: series }, summary);
  });
  const sections = [describeRun(report), ...tables, notes, ...report.skipped, ...warnings(report.rounds)];
  if (report.goals.length > 0) sections.push(formatGoals(report.goals));
  return sections.join("\n\n");
}

function describeRun({ machine, server, options }: PostgresReport): string {
  const { rounds, sizes, seed } = options;
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} ${value}`);
  return [
    formatMachine(machine),
    `PostgreSQL ${server.version}, ${settings.join(", ")}`,
    `${rounds} rounds, ${whole(sizes.jobs)} jobs, ${whole(sizes.others)} others, seed ${seed}; medians (min – max)`,
    ...(server.measurable
      ? []
      : ["The CPU time of the server can't be read: it runs elsewhere, or this is not Linux."]),
  ].join("\n");
}

const notes = `CPU time is that of the process that stores or runs the jobs. That of Postgres is of all its processes, those that ended
meanwhile included. "p99" of speeds is how long something that comes at any moment waits for the event loop to turn.
"others" are the cores that neither of the two had.`;
