import { expected } from "../../base/options.ts";
import { readBoolean, readInteger, readNumber, type ScalarIssue } from "./scalars.ts";
import type { JsonSchema, StandardJSONSchemaV1, StandardSchemaV1 } from "./standard-schema.ts";

/** What the small schemas show to whoever validates with them: synchronous, and with FastAPI's names for faults. */
export interface SmallSchemaProps<Input, Output>
  extends StandardSchemaV1.Props<Input, Output>, StandardJSONSchemaV1.Props<Input, Output> {
  readonly validate: (value: unknown) => SmallSchemaResult<Output>;
}

/** A value, or the one fault that was found. */
export type SmallSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly ScalarIssue[] };

/** `int` and `number`, and what their refinements make of them. Each refinement is a new schema. */
export interface NumberSchema<Input = number | string, Output = number> {
  readonly "~standard": SmallSchemaProps<Input, Output>;
  /** Refuses values below `least`. */
  min(least: number): NumberSchema<Input, Output>;
  /** Refuses values above `most`. */
  max(most: number): NumberSchema<Input, Output>;
  /** Accepts `undefined` and leaves it so; a default given before is dropped. */
  optional(): NumberSchema<Input | undefined, Output | undefined>;
  /**
   * Takes `value` for `undefined`.
   *
   * @throws {InvalidOptionError} when `value` doesn't fit the schema.
   */
  default(value: number): NumberSchema<Input | undefined, Exclude<Output, undefined>>;
}

/** `bool`, and what its refinements make of it. Each refinement is a new schema. */
export interface BoolSchema<Input = boolean | string, Output = boolean> {
  readonly "~standard": SmallSchemaProps<Input, Output>;
  /** Accepts `undefined` and leaves it so; a default given before is dropped. */
  optional(): BoolSchema<Input | undefined, Output | undefined>;
  /** Takes `value` for `undefined`. */
  default(value: boolean): BoolSchema<Input | undefined, Exclude<Output, undefined>>;
}

type Scalar = number | boolean;

/** One kind of scalar: its names, and how it is read from text or JSON. */
interface Kind<Value extends Scalar> {
  readonly name: string;
  readonly type: "integer" | "number" | "boolean";
  readonly read: (value: unknown) => Value | ScalarIssue;
}

/** What refinements have added, in the words of JSON Schema where it has them. */
interface Rules<Value extends Scalar> {
  readonly keywords: { readonly minimum?: number; readonly maximum?: number; readonly default?: Value };
  readonly whenAbsent: SmallSchemaResult<Value | undefined>;
}

const required: SmallSchemaResult<never> = { issues: [{ type: "missing", message: "Field required" }] };
const asUndefined: SmallSchemaResult<undefined> = { value: undefined };

/** A whole number that a double holds exactly: text such as `"42"`, or a number. */
export const int: NumberSchema = numberSchema(
  { name: "int", type: "integer", read: readInteger },
  { keywords: {}, whenAbsent: required },
);

/** A finite decimal number: text such as `"-1.5"` or `"2e3"`, or a number. */
export const number: NumberSchema = numberSchema(
  { name: "number", type: "number", read: readNumber },
  { keywords: {}, whenAbsent: required },
);

/** A boolean: `true false 1 0 yes no on off` in any case as text, or a boolean. */
export const bool: BoolSchema = boolSchema(
  { name: "bool", type: "boolean", read: readBoolean },
  { keywords: {}, whenAbsent: required },
);

function numberSchema<Input, Output>(kind: Kind<number>, rules: Rules<number>): NumberSchema<Input, Output> {
  const { keywords } = rules;
  const refine = <In, Out>(added: Rules<number>["keywords"]): NumberSchema<In, Out> =>
    numberSchema(kind, { ...rules, keywords: checkKeywords(kind, { ...keywords, ...added }) });
  return {
    "~standard": standardProps(kind, rules),
    min: (least) => refine({ minimum: checkBound(`${kind.name}.min`, least) }),
    max: (most) => refine({ maximum: checkBound(`${kind.name}.max`, most) }),
    optional: () => numberSchema(kind, asOptional(rules)),
    default: (value) => {
      checkKeywords(kind, { ...keywords, default: value });
      return numberSchema(kind, withDefault(rules, value));
    },
  };
}

function boolSchema<Input, Output>(kind: Kind<boolean>, rules: Rules<boolean>): BoolSchema<Input, Output> {
  return {
    "~standard": standardProps(kind, rules),
    optional: () => boolSchema(kind, asOptional(rules)),
    default: (value) => {
      if (typeof value !== "boolean") throw expected("bool.default", "true or false", value);
      return boolSchema(kind, withDefault(rules, value));
    },
  };
}

function asOptional<Value extends Scalar>({
  keywords: { default: _dropped, ...keywords },
}: Rules<Value>): Rules<Value> {
  return { keywords, whenAbsent: asUndefined };
}

function withDefault<Value extends Scalar>({ keywords }: Rules<Value>, value: Value): Rules<Value> {
  return { keywords: { ...keywords, default: value }, whenAbsent: { value } };
}

function checkBound(what: string, bound: number): number {
  if (!Number.isFinite(bound)) throw expected(what, "a finite number", bound);
  return bound;
}

function checkKeywords(kind: Kind<number>, keywords: Rules<number>["keywords"]): Rules<number>["keywords"] {
  const { minimum = -Infinity, maximum = Infinity } = keywords;
  if (minimum > maximum) throw expected(`${kind.name}.max`, `${minimum} or more, as its minimum is`, maximum);
  const fits = (value: number): boolean => kind.read(value) === value && value >= minimum && value <= maximum;
  if ("default" in keywords && (typeof keywords.default !== "number" || !fits(keywords.default))) {
    throw expected(`${kind.name}.default`, "a value that the schema itself accepts", keywords.default);
  }
  return keywords;
}

function standardProps<Value extends Scalar, Input, Output>(
  kind: Kind<Value>,
  rules: Rules<Value>,
): SmallSchemaProps<Input, Output> {
  const { minimum, maximum } = rules.keywords;
  const validate = (value: unknown): SmallSchemaResult<Value | undefined> => {
    if (value === undefined) return rules.whenAbsent;
    const read = kind.read(value);
    if (typeof read === "object") return { issues: [read] };
    if (minimum !== undefined && Number(read) < minimum) return { issues: [tooSmall(minimum)] };
    if (maximum !== undefined && Number(read) > maximum) return { issues: [tooLarge(maximum)] };
    return { value: read };
  };
  const json = ({ target }: StandardJSONSchemaV1.Options): Record<string, unknown> => {
    if (!targets.has(target)) throw new Error(`no JSON Schema of ${kind.name} for ${target}`);
    return { type: kind.type, ...rules.keywords } satisfies JsonSchema;
  };
  return {
    version: 1,
    vendor: "afterwork",
    validate: validate as SmallSchemaProps<Input, Output>["validate"],
    jsonSchema: { input: json, output: json },
  };
}

/** The few keywords in use mean the same in all of these. */
const targets: ReadonlySet<string> = new Set(["draft-2020-12", "draft-07", "openapi-3.0"]);

function tooSmall(least: number): ScalarIssue {
  return { type: "greater_than_equal", message: `Input should be greater than or equal to ${least}` };
}

function tooLarge(most: number): ScalarIssue {
  return { type: "less_than_equal", message: `Input should be less than or equal to ${most}` };
}
