/**
 * An application of Next whose orders have work after the response: a line of the log by a plain function, and a receipt that
 * survives a crash. To be built and started as any other, where `afterwork`, `next`, `react` and `zod` are installed:
 *
 *     npx next build && npx next start
 */
import { appendFile } from "node:fs/promises";

import { depends, Engine, task } from "afterwork";
import { afterwork } from "afterwork/next";
import { sqlite } from "afterwork/sqlite";

import { dataFile } from "../surroundings/data-file.ts";

const till = depends.app(function till() {
  const file = dataFile("receipts.log");
  return { print: (line: string) => appendFile(file, `${line}\n`) };
});

export const receipt = task(
  "receipt",
  { deps: { till }, durable: true, retries: 5 },
  ({ till }, book: number, name: string) => till.print(`book ${book}: ${name}`),
);

export const work = afterwork({ engine: new Engine({ store: sqlite(dataFile("next.db")), tasks: [receipt] }) });
