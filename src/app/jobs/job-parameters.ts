import { aDuration, toMs, type Duration } from "../../base/durations.ts";
import { storedStatuses, type StoredStatus } from "../../stores/contract/job-record.ts";
import type { JsonSchema, StandardJSONSchemaV1, StandardSchemaV1 } from "../schemas/standard-schema.ts";

/** A schema of a text that may be left out. */
export interface TextSchema<Output> {
  readonly "~standard": StandardSchemaV1.Props<string | undefined, Output> &
    StandardJSONSchemaV1.Props<string | undefined, Output>;
}

/** What a text was read as, or what is wrong with it. */
type Reading<Value> = { readonly value: Value } | Refusal;

interface Refusal {
  readonly issues: readonly [StandardSchemaV1.Issue];
}

function textSchema<Value, Absent>(
  json: JsonSchema,
  read: (text: string) => Reading<Value>,
  absent: Reading<Absent>,
): TextSchema<Value | Absent> {
  return {
    "~standard": {
      version: 1,
      vendor: "afterwork",
      validate: (value) => (typeof value === "string" ? read(value) : absent),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

const absent: Reading<undefined> = { value: undefined };

function refuse(type: string, message: string): Refusal {
  return { issues: [{ type, message } as StandardSchemaV1.Issue] };
}

/** Any text but an empty one. */
export function optionalText(description: string): TextSchema<string | undefined> {
  const read = (text: string): Reading<string> =>
    text === "" ? refuse("string_too_short", "String should have at least 1 character") : { value: text };
  return textSchema({ type: "string", minLength: 1, description }, read, absent);
}

/** The JSON Schema of a status. */
export const statusJson: JsonSchema = { type: "string", enum: storedStatuses };

/** One of the statuses. */
export const optionalStatus: TextSchema<StoredStatus | undefined> = textSchema(
  statusJson,
  (text): Reading<StoredStatus> => {
    const status = storedStatuses.find((known) => known === text);
    return status === undefined ? refuse("enum", `Input should be ${storedStatuses.join(", ")}`) : { value: status };
  },
  absent,
);

/** What does not look like an id is as unknown as any other, so nothing is refused. */
export const jobId: TextSchema<string> = textSchema(
  { type: "string", format: "uuid" },
  (text) => ({ value: text.toLowerCase() }),
  { value: "" },
);

/** The longest wait for a result, in milliseconds: proxies cut what is silent for longer. */
const longestWaitMs = 60_000;

/** How long to wait, in milliseconds. */
export const waitMs: TextSchema<number> = textSchema(
  { type: "string", default: "0s", description: 'How long to wait for the end, at most 60 s, such as "10s".' },
  (text): Reading<number> => {
    const ms = aDuration.accepts(text) ? toMs(text as Duration, "wait") : undefined;
    if (ms !== undefined && ms <= longestWaitMs) return { value: ms };
    return refuse("duration", 'Input should be a duration of at most 60 s, such as "500ms", "10s" or "1m"');
  },
  { value: 0 },
);

/** What a client of the event stream knows already. */
export interface Resumption {
  /** The event after which it goes on; 0 for the first one. */
  readonly after: number;
  /** The status that it was told last, if that was the last event. */
  readonly status: string | undefined;
}

/** An id that the event stream has given out, such as `7` or `7:succeeded`. */
export const lastEventId: TextSchema<Resumption | undefined> = textSchema(
  { type: "string", description: "The id of the last event that was received." },
  (text): Reading<Resumption | undefined> => {
    if (text === "") return absent;
    const [, id, status] = /^(\d{1,15})(?::([a-z]+))?$/.exec(text) ?? [];
    if (id === undefined) return refuse("event_id", "Input should be the id of an event of this stream");
    return { value: { after: Number(id), status } };
  },
  absent,
);
