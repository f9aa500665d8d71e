import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The path of a file in `DATA_DIR`, by default `data/`; the folder is made if it isn't there. */
export function dataFile(name: string): string {
  const folder = process.env["DATA_DIR"] ?? "data";
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}
