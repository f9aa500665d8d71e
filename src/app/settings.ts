import { depends } from "../background/depends.ts";
import { AfterworkError } from "../base/errors.ts";
import { anObject, checkOptions, describe } from "../base/options.ts";
import type { Dependency } from "../dependencies/dependency.ts";
import { isStandardSchema, type StandardSchemaV1 } from "./schemas/standard-schema.ts";

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
    const env = { ...(options.env ?? process.env) };
    const result = await schema["~standard"].validate(env);
    if (result.issues !== undefined) throw new InvalidSettingsError(result.issues.map((issue) => told(issue, env)));
    return result.value;
  };
  return depends.app(read);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Some libraries quote the value in their messages, and a value may be a secret. */
function told(issue: StandardSchemaV1.Issue, env: Environment): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
  const [variable] = path;
  const secrets = variable === undefined ? Object.values(env) : [env[variable]];
  return `${variable === undefined ? "(all)" : path.join(".")}: ${secrets.reduce(withoutValue, issue.message)}`;
}

/** A short value is part of many words, so a message that may hold one is not told at all. */
function withoutValue(message: string, value: string | undefined): string {
  if (value === undefined || value === "") return message;
  const forms = [value, JSON.stringify(value).slice(1, -1)];
  if (!forms.some((form) => message.includes(form))) return message;
  if (value.length < 4) return "its value does not fit";
  return forms.reduce((text, form) => text.replaceAll(form, "…"), message);
}
