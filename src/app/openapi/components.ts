import {
  toJsonSchema,
  type JsonSchema,
  type SchemaDirection,
  type StandardSchemaV1,
} from "../schemas/standard-schema.ts";
import { faultSchemas, type FaultSchemaName } from "./fault-schemas.ts";
import { freeName, pascalCase } from "./names.ts";
import { mapReferences } from "./references.ts";
import { rootPart, SchemaDocument } from "./schema-document.ts";

/** One schema on its way into the document. */
interface Hoisting {
  readonly document: SchemaDocument;
  readonly direction: SchemaDirection;
  /** A name for what has none of its own. */
  readonly hint: string;
}

/** The schemas of a document that have a name. What is equal under an equal name is kept once. */
export class Components {
  readonly #schemas = new Map<string, JsonSchema>();
  readonly #nameByContent = new Map<string, string>();
  readonly #referred = {
    input: new Map<StandardSchemaV1, JsonSchema>(),
    output: new Map<StandardSchemaV1, JsonSchema>(),
  };

  /**
   * A schema as it may stand anywhere in the document: a reference when it has a name or is recursive, otherwise
   * the schema itself; `{}` when it can't be expressed.
   */
  refer(schema: StandardSchemaV1, direction: SchemaDirection, hint: string): JsonSchema {
    const known = this.#referred[direction].get(schema);
    if (known !== undefined) return known;
    const document = new SchemaDocument(toJsonSchema(schema, direction) ?? {});
    const referred = this.#hoist({ document, direction, hint });
    this.#referred[direction].set(schema, referred);
    return referred;
  }

  /** The schema of the framework's own answers to faults. */
  referFault(name: FaultSchemaName): JsonSchema {
    const references: FaultSchemaName[] = name === "HTTPValidationError" ? [name, "ValidationError"] : [name];
    for (const each of references) this.#schemas.set(each, faultSchemas[each]);
    return { $ref: reference(name) };
  }

  /** The component behind a reference; any other schema is its own answer. */
  resolve(schema: JsonSchema): JsonSchema {
    const target = schema["$ref"];
    if (typeof target !== "string" || !target.startsWith(reference(""))) return schema;
    return this.#schemas.get(target.slice(reference("").length)) ?? schema;
  }

  /** All components by name, sorted; `undefined` when there are none. */
  schemas(): Readonly<Record<string, JsonSchema>> | undefined {
    if (this.#schemas.size === 0) return undefined;
    return Object.fromEntries([...this.#schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #hoist(hoisting: Hoisting): JsonSchema {
    const { document } = hoisting;
    const inline = document.main === rootPart && !document.reachable(rootPart).has(rootPart) && !deservesName(document);
    return inline ? this.#rewrite(rootPart, hoisting) : { $ref: reference(this.#add(document.main, hoisting)) };
  }

  /** The name of the component that a part has become. */
  #add(part: string, hoisting: Hoisting): string {
    const { wanted, given } = wantedName(part, hoisting);
    const content = JSON.stringify([wanted, contentOf(part, hoisting.document)]);
    const known = this.#nameByContent.get(content);
    if (known !== undefined) return known;
    // Of a type that has a name, the side that comes later is told apart by its direction.
    const suffix = given && this.#isTaken(wanted) ? pascalCase(hoisting.direction) : "";
    const name = freeName(wanted + suffix, (candidate) => this.#isTaken(candidate));
    this.#nameByContent.set(content, name);
    // The place is taken before the content is written, for the content may lead back here.
    this.#schemas.set(name, {});
    this.#schemas.set(name, this.#rewrite(part, hoisting));
    return name;
  }

  #rewrite(part: string, hoisting: Hoisting): JsonSchema {
    const { $id: _$id, id: _id, ...schema } = hoisting.document.part(part);
    return mapReferences(schema, (text) => {
      const target = hoisting.document.locate(text);
      return target === undefined ? text : reference(this.#add(target.part, hoisting)) + target.rest;
    });
  }

  #isTaken(name: string): boolean {
    return this.#schemas.has(name) || Object.hasOwn(faultSchemas, name);
  }
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

const scalarTypes: ReadonlySet<unknown> = new Set(["string", "number", "integer", "boolean", "null"]);

/** A title alone makes no component of a plain string or number: there it is a label. */
function deservesName(document: SchemaDocument): boolean {
  const { type, enum: values } = document.part(rootPart);
  return document.givenName(rootPart) !== undefined && (!scalarTypes.has(type) || values !== undefined);
}

function wantedName(part: string, { document, hint }: Hoisting): { readonly wanted: string; readonly given: boolean } {
  const given = asComponentName(document.givenName(part) ?? "");
  if (given !== "") return { wanted: given, given: true };
  return { wanted: asComponentName(part === document.main ? hint : `${hint}Part`) || "Schema", given: false };
}

/** @see https://spec.openapis.org/oas/v3.1.0#fixed-fields-5 for the characters that a key may have */
function asComponentName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : pascalCase(name.replaceAll(/[^\w.-]+/g, " "));
}

/** Two parts are the same only if all they lead to is the same, too. */
function contentOf(part: string, document: SchemaDocument): unknown {
  const led = [...document.reachable(part)].toSorted().map((key) => [key, document.part(key)]);
  return [document.part(part), led];
}
