export type Alignment = "left" | "right";

/** Columns padded to their widest cell; unless told otherwise the first goes to the left, the others to the right. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = ["left"],
): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return alignments[column] === "left" ? cell.padEnd(width) : cell.padStart(width);
  };
  const format = (line: readonly string[]) => line.map(pad).join("  ").trimEnd();
  return [format(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(format)].join("\n");
}
