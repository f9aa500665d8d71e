import { onTestFinished } from "vitest";

import { startChild, type Child } from "../../behaviour/support/child.ts";
import { makeProject, removeProject } from "../../docs/support/project.ts";

const main = new URL("../../../src/cli/main.ts", import.meta.url);

/** A folder in which `afterwork` is run. */
export interface CommandFolder {
  readonly path: string;
  /** Starts `afterwork` with these arguments. It is killed when the test ends. */
  start(...args: readonly string[]): Child;
  /** The same; resolves when it has ended. */
  run(...args: readonly string[]): Promise<Run>;
}

/** What a command has come to. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A folder with these files. It goes when the test ends. */
export function commandFolder(files: Readonly<Record<string, string>>): CommandFolder {
  const path = makeProject(files);
  onTestFinished(() => removeProject(path));
  const start: CommandFolder["start"] = (...args) => startChild(main, {}, { args, cwd: path });
  return {
    path,
    start,
    async run(...args) {
      const child = start(...args);
      const code = await child.exit;
      return { code, output: child.lines.join("\n"), errors: child.errors() };
    },
  };
}

/** A module whose engine has a store in PostgreSQL. `options` is code. */
export function postgresEngine(url: string, schema: string, options = ""): string {
  return `
    import { Engine } from "afterwork";
    import { postgres } from "afterwork/postgres";
    export const engine = new Engine({
      store: postgres(${JSON.stringify(url)}, { schema: ${JSON.stringify(schema)}, ${options} }),
      tasks: [],
    });
  `;
}
