import { statSync } from "node:fs";
import { basename, extname, isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AfterworkError } from "../../base/errors.ts";
import { expected } from "../../base/options.ts";

const builtExtensions: Readonly<Record<string, string>> = { ".ts": ".js", ".mts": ".mjs", ".cts": ".cjs" };

/** A module that worker threads import. */
export interface ThreadModuleFile {
  /** Its base name without the extension. */
  readonly name: string;
  /** Its `file:` URL. */
  readonly href: string;
}

/**
 * Finds the file of a threads module. Where a TypeScript file isn't there, as in a built app, the JavaScript file of
 * the same name is taken.
 *
 * @throws {InvalidOptionError} for anything but a `file:` URL or an absolute path.
 * @throws {AfterworkError} `INVALID_DEFINITION` when there is no such file.
 */
export function findThreadModule(location: URL | string): ThreadModuleFile {
  const path = toPath(location);
  const extension = extname(path);
  const builtExtension = builtExtensions[extension];
  const stem = path.slice(0, path.length - extension.length);
  const candidates = builtExtension === undefined ? [path] : [path, stem + builtExtension];
  const found = candidates.find(isFile);
  if (found === undefined) throw missing(candidates);
  return { name: basename(found, extname(found)), href: pathToFileURL(found).href };
}

function toPath(location: URL | string): string {
  if (typeof location === "string" && isAbsolute(location)) return location;
  const url = location instanceof URL ? location : URL.parse(location);
  if (url?.protocol === "file:") return fileURLToPath(url);
  throw expected("the module of threads()", 'a file URL such as new URL("./tasks.ts", import.meta.url)', location);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function missing(candidates: readonly string[]): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `threads(): there is no file ${candidates.join(", and no ")}`);
}
