import { whole } from "../format.ts";
import { formatMachine, type Machine } from "../machine.ts";
import { formatDisk, type Disk } from "./disk.ts";
import { formatFigures, warnings } from "./figure-tables.ts";
import { formatGoals, type GoalResult } from "./goals.ts";
import type { QueueOptions } from "./options.ts";
import { phases, tables, type Series, type TableName } from "./phases.ts";
import type { Round, Summary } from "./summary.ts";

export interface QueueReport {
  readonly benchmark: "queue";
  readonly date: string;
  readonly machine: Machine;
  readonly disk: Disk;
  readonly options: Pick<QueueOptions, "phases" | "store" | "synchronous" | "rounds" | "sizes" | "seed">;
  readonly skipped: readonly string[];
  readonly goals: readonly GoalResult[];
  /** Per round and series, the figures as they were measured. */
  readonly rounds: readonly Round[];
}

export function formatReport(report: QueueReport, summary: Summary): string {
  const sections = [
    describeRun(report),
    ...formatTables(summary),
    notes,
    ...report.skipped,
    ...warnings(report.rounds),
  ];
  if (report.goals.length > 0) sections.push(formatGoals(report.goals));
  return sections.join("\n\n");
}

/** Those of which something was measured. */
function formatTables(summary: Summary): readonly string[] {
  const all = phases.flatMap(({ series }): readonly Series[] => series);
  const names = Object.keys(tables) as TableName[];
  return names.flatMap((name) => {
    return formatFigures({ ...tables[name], lines: all.filter(({ table }) => table === name) }, summary);
  });
}

function describeRun({ machine, disk, options }: QueueReport): string {
  const { store, synchronous, rounds, sizes, seed } = options;
  const what = store === "sqlite" ? `sqlite, synchronous ${synchronous}` : store;
  return [
    formatMachine(machine),
    `${what}; ${formatDisk(disk)}`,
    `${rounds} rounds, ${whole(sizes.jobs)} jobs, ${whole(sizes.others)} others, seed ${seed}; medians (min – max)`,
  ].join("\n");
}

const notes = `CPU time is that of the process, all of its threads. "loop" is how long something that comes at any moment waits for the
event loop to turn, at p50, p99 and at most; it counts 1 ms of the timer that measures it in. "others" are the cores that
other processes had. Over HTTP the CPU time is that of the server until every job has run.`;
