import type { Spread } from "./statistics.ts";

export function whole(value: number): string {
  return Number.isNaN(value) ? "–" : Math.round(value).toLocaleString("en-US");
}

export function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

export function quartiles(spread: Spread, format: (value: number) => string): string {
  return `${format(spread.lowerQuartile)} – ${format(spread.upperQuartile)}`;
}

/** Everything that was measured, with no more digits than it deserves. */
export function toJson(report: object): string {
  const rounded = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  return `${JSON.stringify(report, rounded, 2)}\n`;
}
