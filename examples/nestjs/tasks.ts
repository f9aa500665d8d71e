import { appendFile } from "node:fs/promises";

import { depends, task } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";

/** What is made once for the whole application. Tasks have it as well, in whatever process they run. */
export const till = depends.app(function till() {
  const file = dataFile("receipts.log");
  return { print: (line: string) => appendFile(file, `${line}\n`) };
});

export const receipt = task(
  "receipt",
  { deps: { till }, durable: true, retries: 5 },
  ({ till }, book: number, name: string) => till.print(`book ${book}: ${name}`),
);
