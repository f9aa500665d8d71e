#!/usr/bin/env node
import { runCommandLine } from "./command-line.ts";
import { outliveReaders } from "./print.ts";

outliveReaders();
// The engine's module may hold connections of its own, which would keep the process.
process.exit(await runCommandLine(process.argv.slice(2)));
