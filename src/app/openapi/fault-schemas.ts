import type { JsonSchema } from "../schemas/standard-schema.ts";

/** The components that describe the framework's own answers to faults. */
export type FaultSchemaName = "HTTPError" | "HTTPValidationError" | "ValidationError";

/** Their schemas, under the names that clients generated for FastAPI know. */
export const faultSchemas: Readonly<Record<FaultSchemaName, JsonSchema>> = {
  HTTPError: {
    title: "HTTPError",
    type: "object",
    properties: { detail: { title: "Detail" } },
    required: ["detail"],
  },
  HTTPValidationError: {
    title: "HTTPValidationError",
    type: "object",
    properties: {
      detail: { title: "Detail", type: "array", items: { $ref: "#/components/schemas/ValidationError" } },
    },
  },
  ValidationError: {
    title: "ValidationError",
    type: "object",
    properties: {
      type: { title: "Error Type", type: "string" },
      loc: { title: "Location", type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } },
      msg: { title: "Message", type: "string" },
      input: { title: "Input" },
    },
    required: ["loc", "msg", "type"],
  },
};
