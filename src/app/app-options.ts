import { aBoolean, anObject, aString, checkOptions, expected, type OptionRule } from "../base/options.ts";
import type { Inputs, NoReservedNames } from "../dependencies/inputs.ts";
import { checkHostOptions, type HostOptions } from "./host-options.ts";

/** The options of an app. */
export interface AppOptions<Shared extends Inputs = {}> extends HostOptions {
  /** Inputs that every handler receives, resolved before its own. */
  readonly inputs?: Shared & NoReservedNames<Shared>;
  /** The title of the documentation. Default `"Afterwork"`. */
  readonly title?: string;
  /** The version of the API. Default `"0.1.0"`. */
  readonly version?: string;
  /** What the documentation says of the API as a whole. */
  readonly description?: string;
  /** `/docs` and `/openapi.json`. `false` leaves both out. */
  readonly docs?: boolean | DocsOptions;
}

/** Where the documentation is served. */
export interface DocsOptions {
  /** The page. Default `"/docs"`. */
  readonly path?: string;
  /** The document. Default `"/openapi.json"`. */
  readonly openapi?: string;
}

/** Where the documentation is served unless it is said. */
export const defaultDocs: Required<DocsOptions> = { path: "/docs", openapi: "/openapi.json" };

const aDocs: OptionRule = {
  expected: "true, false or an object",
  accepts: (value) => aBoolean.accepts(value) || anObject.accepts(value),
};

const aPath: OptionRule = {
  expected: 'a path that begins with "/" and does not end with one',
  accepts: (value) => typeof value === "string" && /^\/.*[^/]$/.test(value),
};

/** @throws {InvalidOptionError} */
export function checkAppOptions(options: AppOptions<never>): void {
  checkHostOptions("App", options, {
    inputs: anObject,
    title: aString,
    version: aString,
    description: aString,
    docs: aDocs,
  });
  if (typeof options.docs === "object") checkDocs(options.docs);
}

function checkDocs(docs: DocsOptions): void {
  checkOptions("App: docs", docs, { path: aPath, openapi: aPath });
  const { path, openapi } = { ...defaultDocs, ...docs };
  if (path === openapi) throw expected("App: docs", "path and openapi to differ", path);
}
