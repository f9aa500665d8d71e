import { isPlainObject } from "../../base/options.ts";
import type { JsonSchema } from "../schemas/standard-schema.ts";
import { mapReferences } from "./references.ts";

/** Where a reference leads: a part of the document, and a JSON pointer into it. */
export interface Target {
  readonly part: string;
  readonly rest: string;
}

/** The key of the root among the parts of a document. No definition has it: theirs begin with `definitionPrefix`. */
export const rootPart = "#";

const definitionPrefix = "#/$defs/";

/** A JSON Schema taken apart into its root and its definitions. */
export class SchemaDocument {
  readonly #parts = new Map<string, JsonSchema>();
  /** The part that stands for the whole: a definition, when the root merely refers to it or repeats it. */
  readonly main: string;

  constructor(json: JsonSchema) {
    const { $schema: _schema, $defs: definitions, ...root } = json;
    this.#parts.set(rootPart, root);
    for (const [key, value] of Object.entries(isPlainObject(definitions) ? definitions : {})) {
      this.#parts.set(definitionPrefix + key, isPlainObject(value) ? value : value === false ? { not: {} } : {});
    }
    this.main = rootPart;
    this.main = this.#findMain(root);
  }

  part(key: string): JsonSchema {
    return this.#parts.get(key) ?? {};
  }

  /** The part that a reference of this document leads to; `undefined` when it leads elsewhere. */
  locate(reference: string): Target | undefined {
    const [, token, rest = ""] = /^#\/\$defs\/([^/]*)(\/.*)?$/.exec(reference) ?? [];
    const key = token === undefined ? undefined : definitionPrefix + decodeToken(token);
    if (key !== undefined && this.#parts.has(key)) return { part: key, rest };
    if (reference !== "#" && !reference.startsWith("#/")) return undefined;
    return { part: this.main, rest: reference.slice(1) };
  }

  /** The name that the author of the schema gave to a part, if any; names that libraries count up are none. */
  givenName(key: string): string | undefined {
    const fromKey = key === rootPart ? undefined : key.slice(definitionPrefix.length);
    if (fromKey !== undefined && !countedName.test(fromKey)) return fromKey;
    const { $id, id, title } = this.part(key);
    return [lastSegment($id), id, title].find((name): name is string => typeof name === "string" && name !== "");
  }

  /** A part and all it leads to, itself included if it is recursive. */
  reachable(start: string): ReadonlySet<string> {
    const found = new Set<string>();
    const visit = (key: string): void => {
      mapReferences(this.part(key), (reference) => {
        const next = this.locate(reference)?.part;
        if (next !== undefined && !found.has(next)) {
          found.add(next);
          visit(next);
        }
        return reference;
      });
    };
    visit(start);
    return found;
  }

  #findMain(root: JsonSchema): string {
    const referred = typeof root["$ref"] === "string" ? this.locate(root["$ref"]) : undefined;
    if (referred?.rest === "" && Object.keys(root).length === 1) return referred.part;
    const text = JSON.stringify(root);
    const repeated = [...this.#parts].find(([key, part]) => key !== rootPart && JSON.stringify(part) === text);
    return repeated?.[0] ?? rootPart;
  }
}

/** zod counts `__schema0`, valibot `0`; arktype's numbers change with whatever else the process defines. */
const countedName = /^(?:__schema|alias|domain|intersection|morph|proto|union|unit)?\d+$/;

function lastSegment(id: unknown): unknown {
  return typeof id === "string" ? id.split(/[/#]/).findLast((segment) => segment !== "") : undefined;
}

/** @see RFC 6901, sections 4 and 6 */
function decodeToken(token: string): string {
  return decodeUri(token).replaceAll("~1", "/").replaceAll("~0", "~");
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Libraries don't always encode; a bare percent sign is then just that.
    return text;
  }
}
