/** What has happened, in its order, for tests that wait for it. */
export class Notes {
  readonly lines: string[] = [];
  readonly #waiting: { readonly line: string; readonly resolve: (lines: readonly string[]) => void }[] = [];

  add(line: string): void {
    this.lines.push(line);
    for (const waiting of this.#waiting) if (waiting.line === line) waiting.resolve(this.lines);
  }

  /** All lines, once this one is among them. */
  until(line: string): Promise<readonly string[]> {
    if (this.lines.includes(line)) return Promise.resolve(this.lines);
    return new Promise((resolve) => void this.#waiting.push({ line, resolve }));
  }
}
