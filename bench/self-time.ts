import { fileURLToPath } from "node:url";
import { formatTable } from "./table.ts";

/** The part of V8's `.cpuprofile` that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface SelfTime {
  readonly name: string;
  readonly source: string;
  /** Of the time that wasn't idle. */
  readonly share: number;
}

/** The time spent in each function itself, most first; calls from everywhere count together. */
function selfTimes(profile: CpuProfile): readonly SelfTime[] {
  const micros = microsById(profile);
  const sums = new Map<string, { name: string; source: string; micros: number }>();
  for (const { id, callFrame } of profile.nodes) {
    // Starting the profiler is none of the program's work.
    if (callFrame.functionName === "(idle)" || callFrame.url === "node:inspector") continue;
    const source = sourceOf(callFrame.url);
    const name =
      callFrame.functionName === "" ? `(anonymous, line ${callFrame.lineNumber + 1})` : callFrame.functionName;
    const sum = sums.get(`${name}\n${source}`) ?? { name, source, micros: 0 };
    sum.micros += micros.get(id) ?? 0;
    sums.set(`${name}\n${source}`, sum);
  }
  return toShares([...sums.values()]);
}

/** The same, added up by package, folder of the source, or internals of Node. */
function bySource(times: readonly SelfTime[]): readonly SelfTime[] {
  const sums = new Map<string, number>();
  for (const { name, source, share } of times) {
    const group = groupOf(name, source);
    sums.set(group, (sums.get(group) ?? 0) + share);
  }
  return toShares([...sums].map(([name, micros]) => ({ name, source: "", micros })));
}

function microsById({ samples, timeDeltas }: CpuProfile): ReadonlyMap<number, number> {
  const micros = new Map<number, number>();
  for (const [index, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return micros;
}

function toShares(sums: readonly { name: string; source: string; micros: number }[]): readonly SelfTime[] {
  const total = sums.reduce((sum, { micros }) => sum + micros, 0);
  const shares = sums.map(({ name, source, micros }) => ({ name, source, share: micros / total }));
  return shares.toSorted((a, b) => b.share - a.share);
}

const root = fileURLToPath(new URL("../", import.meta.url));

function sourceOf(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = fileURLToPath(url);
  return path.startsWith(root) ? path.slice(root.length) : path;
}

function groupOf(name: string, source: string): string {
  if (source === "" && name.startsWith("(anonymous")) return "generated code";
  if (source === "") return name.startsWith("(") ? name : "built-in functions";
  if (source.startsWith("node:")) return "node: internals";
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source);
  return installed?.[1] ?? /^(?:src|dist)\/[^/]+|^[^/]+/.exec(source)?.[0] ?? source;
}

/** The functions and the sources in which the time went, as two tables. */
export function formatProfile(profile: CpuProfile): string {
  const times = selfTimes(profile);
  return [formatTimes("function", times.slice(0, 40)), formatTimes("source", bySource(times).slice(0, 15))].join(
    "\n\n",
  );
}

function formatTimes(heading: string, times: readonly SelfTime[]): string {
  const rows = times.map(({ name, source, share }) => [`${(share * 100).toFixed(2).padStart(6)} %`, name, source]);
  return formatTable(["self time", heading, ""], rows, ["right", "left", "left"]);
}
