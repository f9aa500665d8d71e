import { whole } from "../format.ts";
import { DISTURBED_CORES } from "../machine-load.ts";
import type { Spread } from "../statistics.ts";
import { formatTable } from "../table.ts";
import type { FigureName } from "./figures.ts";
import type { Round, Summary } from "./summary.ts";

const columns: Readonly<Record<FigureName, { readonly head: string; readonly format: (value: number) => string }>> = {
  perSecond: { head: "per second", format: whole },
  perCpuSecond: { head: "per CPU second", format: whole },
  cpuMicros: { head: "CPU µs/job", format: (value) => value.toFixed(2) },
  serverMicros: { head: "Postgres µs/job", format: (value) => value.toFixed(1) },
  micros: { head: "µs/job", format: (value) => value.toFixed(2) },
  loopP50Ms: { head: "loop p50 ms", format: (value) => value.toFixed(1) },
  loopP99Ms: { head: "p99", format: (value) => value.toFixed(1) },
  loopMaxMs: { head: "max", format: (value) => value.toFixed(1) },
  p50Ms: { head: "p50 ms", format: (value) => value.toFixed(2) },
  p99Ms: { head: "p99 ms", format: (value) => value.toFixed(2) },
  meanMs: { head: "mean ms", format: (value) => value.toFixed(2) },
  mostMs: { head: "most ms", format: (value) => value.toFixed(2) },
  buffers: { head: "buffers/job", format: (value) => value.toFixed(2) },
  others: { head: "others", format: (value) => value.toFixed(2) },
};

/** A table of figures; each line is a series, by its name in the rounds. */
export interface FigureTable {
  readonly heading: string;
  readonly columns: readonly FigureName[];
  readonly lines: readonly { readonly name: string; readonly title: string }[];
}

/** One table; none where nothing of it was measured. */
export function formatFigures({ heading, columns: figures, lines }: FigureTable, summary: Summary): readonly string[] {
  const known = lines.filter((line) => figures.some((figure) => summary.of(line.name, figure) !== undefined));
  if (known.length === 0) return [];
  const head = ["", ...figures.map((figure) => columns[figure].head)];
  const table = formatTable(
    head,
    known.map(({ name, title }) => [title, ...cellsOf(name, figures, summary)]),
  );
  return [`${heading}\n\n${table}`];
}

function cellsOf(name: string, figures: readonly FigureName[], summary: Summary): readonly string[] {
  return figures.map((figure) => {
    const found = summary.of(name, figure);
    return found === undefined ? "–" : withRange(found, columns[figure].format);
  });
}

function withRange({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)} – ${format(max)})`;
}

/** What makes the figures less than they seem. */
export function warnings(rounds: readonly Round[]): readonly string[] {
  const all = rounds.flatMap((round) => Object.values(round)).filter(({ others }) => others !== undefined);
  const disturbed = all.filter(({ others = 0 }) => others > DISTURBED_CORES).length;
  return disturbed === 0 ? [] : [`${disturbed} of ${all.length} measurements were disturbed by other processes.`];
}
