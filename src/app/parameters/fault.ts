import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";

/** One thing that is wrong with a request, in FastAPI's shape. */
export interface Fault {
  /** A short word for programs: `missing`, `int_parsing`, or what the schema library calls it. */
  readonly type: string;
  /** Where: the place, the name, and the path within. */
  readonly loc: readonly (string | number)[];
  /** For people. */
  readonly msg: string;
  /** What was sent there; `null` where nothing was. */
  readonly input: unknown;
}

/** The request does not fit what the route asks for. Answered with 422 and all its faults, up to a hundred. */
export class RequestValidationError extends Error {
  override readonly name = "RequestValidationError";
  /** Where frameworks look for the answer, if they get to see this error. */
  readonly status: number = 422;
  readonly statusCode: number = 422;
  readonly expose: boolean = true;
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "));
    this.faults = faults;
  }
}

/** What was asked for and is not there. */
export function missing(loc: Fault["loc"]): Fault {
  return { type: "missing", loc, msg: "Field required", input: null };
}

/** Stands for those that are not told one by one. */
export function furtherFaults(count: number): Fault {
  return { type: "further_faults", loc: [], msg: `and ${count} more`, input: null };
}

/** The faults behind a schema's issues. */
export function faultsOf(issues: readonly StandardSchemaV1.Issue[], loc: Fault["loc"], input: unknown): Fault[] {
  if (input === undefined) return [missing(loc)];
  return issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => pathKey(typeof part === "object" ? part.key : part));
    const here = [...loc, ...path];
    // A path into what the schema made of a text: nothing is missing, the text is wrong.
    if (typeof input !== "object") return { type: typeOf(issue), loc: here, msg: issue.message, input };
    const found = valueAt(input, path);
    if (found === undefined && path.length > 0) return missing(here);
    return { type: typeOf(issue), loc: here, msg: issue.message, input: found ?? null };
  });
}

function pathKey(key: PropertyKey): string | number {
  return typeof key === "symbol" ? String(key) : key;
}

function valueAt(input: unknown, path: readonly (string | number)[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** Standard Schema has no word for the kind of an issue; zod and arktype say `code`, valibot and ours say `type`. */
function typeOf(issue: StandardSchemaV1.Issue & { readonly type?: unknown; readonly code?: unknown }): string {
  const word = issue.code ?? issue.type;
  return typeof word === "string" ? word : "invalid";
}
