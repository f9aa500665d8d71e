import { appendFileSync } from "node:fs";

const { NOTES = "/dev/null" } = process.env;

/** Tells the test: pages, actions and route handlers have no memory in common. */
export function note(line: string): void {
  appendFileSync(NOTES, `${line}\n`);
}
