import type { Bundle } from "./bundle.ts";

/** The figures as a table of Markdown. */
export function sizeTable(bundles: readonly Bundle[]): string {
  const rows = bundles.map(({ name, minified, gzipped, modules, imported }) => [
    `\`${name}\``,
    inKb(minified),
    inKb(gzipped),
    String(modules.length),
    imported.map((packageName) => `\`${packageName}\``).join(", ") || "nothing",
  ]);
  return [
    ["entry", "minified", "gzipped", "files", "imports beside Node's own"],
    ["---", "--:", "--:", "--:", "---"],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function inKb(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
