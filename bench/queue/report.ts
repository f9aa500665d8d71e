import { whole } from "../format.ts";
import { DISTURBED_CORES } from "../machine-load.ts";
import { formatMachine, type Machine } from "../machine.ts";
import type { Estimate, Spread } from "../statistics.ts";
import { formatTable } from "../table.ts";
import { formatDisk, type Disk } from "./disk.ts";
import type { FigureName } from "./figures.ts";
import type { GoalResult } from "./goals.ts";
import type { QueueOptions } from "./options.ts";
import { phases, tables, type Series, type TableName } from "./phases.ts";
import type { Round } from "./rounds.ts";
import type { Summary } from "./summary.ts";

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
  const names = Object.keys(tables) as TableName[];
  const sections = [
    describeRun(report),
    ...names.flatMap((name) => formatFigures(name, summary)),
    notes,
    ...report.skipped,
    ...warnings(report),
  ];
  if (report.goals.length > 0) sections.push(formatGoals(report.goals));
  return sections.join("\n\n");
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

const columns: Readonly<Record<FigureName, { readonly head: string; readonly format: (value: number) => string }>> = {
  perSecond: { head: "per second", format: whole },
  perCpuSecond: { head: "per CPU second", format: whole },
  cpuMicros: { head: "CPU µs/job", format: (value) => value.toFixed(2) },
  micros: { head: "µs/job", format: (value) => value.toFixed(2) },
  loopP50Ms: { head: "loop p50 ms", format: (value) => value.toFixed(1) },
  loopP99Ms: { head: "p99", format: (value) => value.toFixed(1) },
  loopMaxMs: { head: "max", format: (value) => value.toFixed(1) },
  p50Ms: { head: "p50 ms", format: (value) => value.toFixed(2) },
  p99Ms: { head: "p99 ms", format: (value) => value.toFixed(2) },
  others: { head: "others", format: (value) => value.toFixed(2) },
};

/** One table; none where nothing of it was measured. */
function formatFigures(name: TableName, summary: Summary): readonly string[] {
  const { heading, columns: figures } = tables[name];
  const lines = phases.flatMap(({ series }) => [...series]).filter(({ table }) => table === name);
  const known = lines.filter((line) => figures.some((figure) => summary.of(line.name, figure) !== undefined));
  if (known.length === 0) return [];
  const head = ["", ...figures.map((figure) => columns[figure].head)];
  const table = formatTable(
    head,
    known.map((line) => [line.title, ...cellsOf(line, figures, summary)]),
  );
  return [`${heading}\n\n${table}`];
}

function cellsOf({ name }: Series, figures: readonly FigureName[], summary: Summary): readonly string[] {
  return figures.map((figure) => {
    const found = summary.of(name, figure);
    return found === undefined ? "–" : withRange(found, columns[figure].format);
  });
}

function withRange({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)} – ${format(max)})`;
}

function formatGoals(goals: readonly GoalResult[]): string {
  const rows = goals.map(({ text, measured, verdict }) => {
    if (measured === undefined) return [text, "", "", verdict];
    const [low, high] = measured.interval;
    return [text, goalValue(measured.median), `${goalValue(low)} – ${goalValue(high)}`, verdict];
  });
  return formatTable(["Goals", "measured", "95 % interval", ""], rows);
}

function goalValue(value: Estimate["median"]): string {
  return value >= 1_000 ? whole(value) : value.toFixed(3);
}

function warnings({ rounds }: QueueReport): readonly string[] {
  const all = rounds.flatMap((round) => Object.values(round)).filter(({ others }) => others !== undefined);
  const disturbed = all.filter(({ others = 0 }) => others > DISTURBED_CORES).length;
  return disturbed === 0 ? [] : [`${disturbed} of ${all.length} measurements were disturbed by other processes.`];
}

const notes = `CPU time is that of the process, all of its threads. "loop" is how long something that comes at any moment waits for the
event loop to turn, at p50, p99 and at most; it counts 1 ms of the timer that measures it in. "others" are the cores that
other processes had. Over HTTP the CPU time is that of the server until every job has run.`;
