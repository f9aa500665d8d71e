import type { Column } from "./columns.ts";
import type { Finding } from "./finding.ts";

const introduction = `# Adapters

The promises that an [app](after-response.md) makes are made by every adapter, too. Each row is a test that talks over sockets to a
server written as users of the framework write theirs, in a process of its own. A number leads to what is otherwise, and why.

This page is what a run of the tests has found: \`npm run adapters:table\` writes it, and \`npm test\` fails when it says otherwise.
`;

/** The page of the documentation that says what a run has found: a table for each runtime, of cases and adapters. */
export function pageOf(findings: readonly Finding[], columns: readonly Column[]): string {
  const reasons = new Set(findings.flatMap(({ deviation }) => deviation ?? []));
  const notes = [...reasons].map((reason, index) => `[^${index + 1}]: ${sentence(reason)}`);
  const runtimes = [...new Set(findings.map(({ runtime }) => runtime))];
  const tables = runtimes.map((runtime) => {
    const found = findings.filter((finding) => finding.runtime === runtime);
    return `## ${runtime}\n\n${tableOf(found, columns, [...reasons])}\n`;
  });
  return `${[introduction, ...tables, notes.join("\n")].join("\n").trimEnd()}\n`;
}

function tableOf(findings: readonly Finding[], columns: readonly Column[], reasons: readonly string[]): string {
  const shown = columns.filter(({ adapter }) => findings.some((finding) => finding.adapter === adapter));
  const cases = [...new Set(findings.map((finding) => finding.case))];
  const rows = cases.map((name) => {
    return [name, ...shown.map(({ adapter }) => cellOf(findings, { adapter, name, reasons }))];
  });
  const heads = ["", ...shown.map(({ title, page }) => `[${title}](${page})`)];
  return [heads, ["---", ...shown.map(() => ":-:")], ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

interface Cell {
  readonly adapter: string;
  /** Of the case. */
  readonly name: string;
  readonly reasons: readonly string[];
}

function cellOf(findings: readonly Finding[], { adapter, name, reasons }: Cell): string {
  const finding = findings.find((one) => one.adapter === adapter && one.case === name);
  if (finding === undefined) return "";
  return finding.deviation === undefined ? "✓" : `[^${reasons.indexOf(finding.deviation) + 1}]`;
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
