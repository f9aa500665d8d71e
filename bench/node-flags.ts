/** Where child processes find the library. No other flag goes on: `--eval` would run the caller's script again, without end. */
export const conditions: readonly string[] = process.execArgv.filter((flag) => flag.startsWith("--conditions="));
