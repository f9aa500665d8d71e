import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The folder of `initdb`, `pg_ctl` and `postgres`: the newest one of Debian's, or what `pg_config` or PATH tell. `undefined`
 * where no server is installed.
 */
export function findPostgresBinaries(): string | undefined {
  const byVersion = new Intl.Collator("en", { numeric: true });
  const debian = globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) => byVersion.compare(b, a));
  const folders = [...debian, ...askPgConfig(), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => ["initdb", "pg_ctl", "postgres"].every((name) => existsSync(join(folder, name))));
}

function askPgConfig(): readonly string[] {
  try {
    return [execFileSync("pg_config", ["--bindir"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()];
  } catch {
    return [];
  }
}
