import { statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { describe } from "../base/options.ts";
import type { Engine } from "../engine/engine.ts";
import { UsageError } from "./usage-error.ts";

/** What of an engine is needed to work for it. */
export type WorkableEngine = Pick<Engine, "work" | "close">;

/** The names that are tried when none is given. */
const usualNames = ["engine", "default"] as const;

/**
 * Imports a module, by a path or a `file:` URL, and takes the engine that it exports.
 *
 * @throws {UsageError} when there is no such file, or no engine in it. @throws whatever the module throws.
 */
export async function loadEngine(file: string, exportName: string | undefined): Promise<WorkableEngine> {
  const path = pathOf(file);
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  for (const name of exportName === undefined ? usualNames : [exportName]) {
    const value: unknown = await module[name];
    if (isEngine(value)) return value;
  }
  throw new UsageError(`expected ${path} to export an Engine ${wantedName(exportName)}; ${found(module, exportName)}`);
}

function pathOf(file: string): string {
  const path = file.startsWith("file:") ? fromUrl(file) : resolve(file);
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry?.isFile() === true) return path;
  const reason = entry === undefined ? "there is no such file" : "that is no file";
  throw new UsageError(`expected the module of an engine, got ${path}: ${reason}`);
}

function fromUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new UsageError(`expected a path or a file: URL, got ${describe(url)}`);
  }
}

/** By what it can do: the module may have another copy of the library than the command line. */
function isEngine(value: unknown): value is WorkableEngine {
  if (typeof value !== "object" || value === null) return false;
  return ["work", "close", "enqueue", "schedule"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  );
}

function wantedName(exportName: string | undefined): string {
  return exportName === undefined ? 'as "engine" or by default, or --export to name it' : `as "${exportName}"`;
}

function found(module: Readonly<Record<string, unknown>>, exportName: string | undefined): string {
  if (exportName !== undefined && exportName in module) return `that is ${describe(module[exportName])}`;
  const names = Object.keys(module);
  return names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
}
