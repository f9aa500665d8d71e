/** Writes a line for whoever watches: on stdout, with the process that it comes from. */
export function print(line: string): void {
  process.stdout.write(`afterwork worker ${process.pid}: ${line}\n`);
}

/** The same on stderr, with the error if there is one. */
export function printError(line: string, error?: unknown): void {
  process.stderr.write(`afterwork worker ${process.pid}: ${line}\n`);
  if (error !== undefined) console.error(error);
}

/** Writes what was asked for, as it is, on stdout. Resolves when it is out. */
export function printAnswer(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

/** Says on stderr why there is no answer, with the error if it has to be looked into. */
export function printFault(message: string, error?: unknown): void {
  process.stderr.write(`afterwork: ${message}\n`);
  if (error !== undefined) console.error(error);
}

/** Whoever read the lines has gone: no reason to stop working. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
