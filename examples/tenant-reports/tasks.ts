import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { task } from "afterwork";

import { config, folderOf, type Preferences } from "./tenant.ts";

/** One line of a report. */
export interface Line {
  readonly text: string;
  readonly cents: number;
}

/** What a report is made of. */
export interface ReportOrder {
  readonly id: string;
  readonly user: string;
  readonly preferences: Preferences;
  readonly lines: readonly Line[];
}

export const writeReport = task(
  "write-report",
  { deps: { config }, durable: true, retries: 2 },
  async ({ config }, order: ReportOrder) => {
    const folder = join(folderOf(config.DATA_DIR, order.user), "reports");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${order.id}.md`), render(order));
  },
);

function render({ preferences: { title, locale, currency }, lines }: ReportOrder): string {
  const money = new Intl.NumberFormat(locale, { style: "currency", currency });
  const rows = lines.map(({ text, cents }) => `- ${text}: ${money.format(cents / 100)}`);
  const total = lines.reduce((sum, { cents }) => sum + cents, 0);
  return [`# ${title}`, "", ...rows, "", `Total: ${money.format(total / 100)}`, ""].join("\n");
}
