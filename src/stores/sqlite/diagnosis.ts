import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../base/errors.ts";
import type { Finding } from "../contract/finding.ts";
import { inMemory, openToLook } from "./connection.ts";
import { toFault } from "./faults.ts";
import { planMigration } from "./migrate.ts";

/** Less room than this is little for a file that grows, and its WAL. */
const littleRoom = 256 * 1024 * 1024;

/** Examines a file; changes nothing. All of it is read meanwhile, and the event loop waits. */
export async function diagnoseFile(path: string, enough: number = littleRoom): Promise<readonly Finding[]> {
  if (path === inMemory) return [];
  const room = await roomOf(path, enough);
  if (!existsSync(path)) return [missing(path), room];
  try {
    const database = openToLook(path);
    try {
      return [layoutOf(database, path), journalOf(database), integrityOf(database), room];
    } finally {
      database.close();
    }
  } catch (error) {
    const seen = messageOf(toFault(error, path));
    return [{ check: "file", level: "problem", seen, remedy: "docs/stores.md says what to do" }, room];
  }
}

function missing(path: string): Finding {
  if (!existsSync(dirname(resolve(path)))) {
    const seen = `there is no folder for ${path}`;
    return { check: "file", level: "problem", seen, remedy: "make the folder, or name another path" };
  }
  const remedy = "run `afterwork migrate`, or let the store do it when it is opened";
  return { check: "file", level: "warning", seen: `there is no file ${path}`, remedy };
}

function layoutOf(database: DatabaseSync, path: string): Finding {
  const { from, to } = planMigration(database, path);
  if (from === to) return { check: "layout", level: "ok", seen: `${path} has the layout ${to}` };
  const remedy = "run `afterwork migrate`, or let the store do it when it is opened";
  return { check: "layout", level: "warning", seen: `${path} has the layout ${from}, and this client ${to}`, remedy };
}

function journalOf(database: DatabaseSync): Finding {
  const mode = textOf(database, "pragma journal_mode");
  if (mode === "wal") return { check: "journal-mode", level: "ok", seen: mode };
  const remedy = "the store sets it to wal when it is opened; if it was, see who sets it back";
  return { check: "journal-mode", level: "hint", seen: mode, remedy };
}

function integrityOf(database: DatabaseSync): Finding {
  const found = textOf(database, "pragma quick_check(1)");
  if (found === "ok") return { check: "integrity", level: "ok", seen: "quick_check finds nothing wrong" };
  const remedy = "restore the backup, or save what can be read with sqlite3 … .recover";
  return { check: "integrity", level: "problem", seen: found, remedy };
}

async function roomOf(path: string, enough: number): Promise<Finding> {
  const check = "free-room";
  try {
    const { bavail, bsize } = await statfs(dirname(resolve(path)));
    const seen = `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free on its disk`;
    if (bavail * bsize >= enough) return { check, level: "ok", seen };
    return { check, level: "warning", seen, remedy: "make room: on a full disk nothing is stored" };
  } catch (error) {
    const seen = `it could not be looked at: ${messageOf(error)}`;
    return { check, level: "hint", seen, remedy: "see whether the folder is there" };
  }
}

/** The one value of the first row. */
function textOf(database: DatabaseSync, sql: string): string {
  const [value] = Object.values(database.prepare(sql).get() ?? {});
  return String(value);
}
