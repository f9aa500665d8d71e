import { writeFileSync } from "node:fs";

import { afterwork, type NextAdapter } from "afterwork/next";

import { engine } from "../../contract/engine.ts";
import { allEntries } from "../../contract/journal.ts";

export const work: NextAdapter = afterwork({ engine });

const { JOURNALS } = process.env;
if (JOURNALS !== undefined) process.on("exit", () => writeFileSync(JOURNALS, JSON.stringify(allEntries())));
