import { parseArgs } from "node:util";

import { runChaos, type ChaosOptions } from "./chaos/run.ts";

/** `npm run chaos -- --seconds 60`: kills processes at random while they work, and checks that no job is lost. */
const options = readOptions();
console.log(`chaos: ${options.seconds} s, ${options.workers} workers on ${options.store}, --seed ${options.seed}`);
const { counts, violations, folder } = await runChaos(options);
for (const [what, count] of Object.entries(counts)) console.log(`${String(count).padStart(8)}  ${what}`);
for (const violation of violations.slice(0, 50)) console.error(violation);
console.log(violations.length === 0 ? "no violations" : `${violations.length} violations; the files are in ${folder}`);
process.exitCode = violations.length === 0 ? 0 : 1;

function readOptions(): ChaosOptions {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      workers: { type: "string", default: "4" },
      producers: { type: "string", default: "2" },
      store: { type: "string", default: "sqlite" },
    },
  });
  return {
    seconds: wholeNumber("seconds", values.seconds),
    seed: wholeNumber("seed", values.seed),
    workers: wholeNumber("workers", values.workers),
    producers: wholeNumber("producers", values.producers),
    store: values.store,
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name}: expected a whole number, got ${text}`);
}
