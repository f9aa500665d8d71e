import { types } from "node:util";

/**
 * Something thrown, in a form that survives the way between threads. The structured clone of an error keeps neither
 * the name of its class nor its own properties.
 */
export type PackedError =
  | { readonly kind: "value"; readonly value: unknown }
  | {
      readonly kind: "error";
      readonly standardClass: StandardClass;
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause: PackedError | undefined;
      readonly errors: readonly PackedError[];
      readonly properties: Readonly<Record<string, unknown>>;
    };

type SimpleClass = "EvalError" | "RangeError" | "ReferenceError" | "SyntaxError" | "TypeError" | "URIError" | "Error";
type StandardClass = SimpleClass | "AggregateError";

const simpleClasses: Readonly<Record<SimpleClass, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
};

/** Causes may form a ring; nobody reads more of them than this. */
const deepestCause = 8;
const ownFields = new Set(["name", "message", "stack", "cause", "errors"]);

/** Packs whatever was thrown: its name, message, stack, causes, and those own properties that can be cloned. */
export function packError(thrown: unknown, depth: number = 0): PackedError {
  if (!(thrown instanceof Error || types.isNativeError(thrown))) return packValue(thrown);
  const packCause = (cause: unknown): PackedError => packError(cause, depth + 1);
  const goDeeper = depth < deepestCause;
  return {
    kind: "error",
    standardClass: standardClassOf(thrown),
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    cause: goDeeper && Object.hasOwn(thrown, "cause") ? packCause(thrown.cause) : undefined,
    errors: goDeeper && thrown instanceof AggregateError ? thrown.errors.map(packCause) : [],
    properties: plainProperties(thrown),
  };
}

/** The error again, as an instance of the built-in class it came from, with the stack of the thread that threw it. */
export function unpackError(packed: PackedError): unknown {
  if (packed.kind === "value") return packed.value;
  const error = construct(packed);
  setHidden(error, "stack", packed.stack);
  if (error.name !== packed.name) setHidden(error, "name", packed.name);
  if (packed.cause !== undefined) setHidden(error, "cause", unpackError(packed.cause));
  for (const [name, value] of Object.entries(packed.properties)) {
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return error;
}

function packValue(value: unknown): PackedError {
  try {
    return { kind: "value", value: structuredClone(value) };
  } catch {
    return { kind: "value", value: `[${typeof value} that cannot be sent between threads]` };
  }
}

function standardClassOf(error: Error): StandardClass {
  if (error instanceof AggregateError) return "AggregateError";
  const names = Object.keys(simpleClasses) as SimpleClass[];
  return names.find((name) => error instanceof simpleClasses[name]) ?? "Error";
}

function plainProperties(error: Error): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const name of Object.keys(error)) {
    if (ownFields.has(name)) continue;
    try {
      properties[name] = structuredClone(error[name as keyof Error]);
    } catch {
      // A getter that throws, or a value such as a socket: the rest of the error is worth more than this part.
    }
  }
  return properties;
}

function construct(packed: PackedError & { readonly kind: "error" }): Error {
  if (packed.standardClass !== "AggregateError") return new simpleClasses[packed.standardClass](packed.message);
  return new AggregateError(packed.errors.map(unpackError), packed.message);
}

function setHidden(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true });
}
