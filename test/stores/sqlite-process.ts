import { startChild, type Child } from "../behaviour/support/child.ts";

/** Starts another process that uses a file, in one of the roles of the fixture. It is killed when the test ends. */
export function startSqliteProcess(path: string, role: string): Child {
  const script = new URL("fixtures/sqlite-process.ts", import.meta.url);
  return startChild(script, { STORE_PATH: path, STORE_ROLE: role });
}
