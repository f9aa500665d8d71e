import { depends } from "../background/depends.ts";
import { AfterworkError } from "../base/errors.ts";
import { anObject, checkOptions, describe } from "../base/options.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { isStandardSchema, type StandardSchemaV1 } from "./standard-schema.ts";

/** Where settings come from. */
export interface SettingsOptions {
  /** The variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The environment does not fit. Names every variable at fault, and never a value. Code `INVALID_SETTINGS`. */
export class InvalidSettingsError extends AfterworkError {
  constructor(faults: readonly string[]) {
    super("INVALID_SETTINGS", `the environment does not fit the settings: ${faults.join("; ")}`, {
      details: { faults },
    });
  }
}

/**
 * The settings of an app, read from the environment by a schema of an object whose keys are the names of variables. A
 * dependency of `app` scope: an environment that does not fit fails at the start.
 *
 * @throws {AfterworkError} `INVALID_DEFINITION` when `schema` is no Standard Schema.
 */
export function settings<Schema extends StandardSchemaV1>(
  schema: Schema,
  options: SettingsOptions = {},
): Dependency<StandardSchemaV1.InferOutput<Schema>, "app", false> {
  if (!isStandardSchema(schema)) {
    throw new AfterworkError("INVALID_DEFINITION", `settings: expected a Standard Schema, got ${describe(schema)}`);
  }
  checkOptions("settings", options, { env: anObject });
  const read = async (): Promise<StandardSchemaV1.InferOutput<Schema>> => {
    const result = await schema["~standard"].validate({ ...(options.env ?? process.env) });
    if (result.issues !== undefined) throw new InvalidSettingsError(result.issues.map(describeIssue));
    return result.value;
  };
  return depends.app(read);
}

/** Some libraries quote the value in their messages, and a value may be a secret; so only the name and the kind are told. */
function describeIssue(issue: StandardSchemaV1.Issue): string {
  const name = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return `${name === "" ? "(all)" : name}: ${issue.message}`;
}
