import { aPositiveDuration, toMs, type Duration } from "../../base/durations.ts";
import { checkOptions, expected, isPlainObject, wholeNumber, type OptionRules } from "../../base/options.ts";
import { keepAlive } from "./keep-alive.ts";
import { toJson } from "./to-json.ts";

/** One server-sent event. */
export interface ServerSentEvent {
  /** A string is sent as it is, line by line; anything else as JSON. */
  readonly data: unknown;
  /** The name under which the client listens. Without one: `message`. */
  readonly event?: string;
  /** What the client sends as `Last-Event-ID` when it comes back. */
  readonly id?: string;
  /** How many milliseconds the client waits before it comes back. */
  readonly retry?: number;
}

/** How events are sent. */
export interface EventStreamOptions {
  /**
   * Sends a comment, which clients ignore, after every so long without an event, so that no proxy takes the connection for
   * dead. Default: never.
   */
  readonly keepAlive?: Duration;
}

const oneLine = {
  expected: "one line of text",
  accepts: (value: unknown) => typeof value === "string" && !/[\r\n\0]/.test(value),
};

/** A line break in a name or id would start a field of its own. */
const eventRules: OptionRules = {
  data: { expected: "anything", accepts: () => true },
  event: oneLine,
  id: oneLine,
  retry: wholeNumber(0),
};

/** A stream of server-sent events, to be returned by a handler. */
export class EventStream {
  readonly events: AsyncIterable<ServerSentEvent>;
  /** `undefined`: no comments. */
  readonly keepAliveMs: number | undefined;

  constructor(events: AsyncIterable<ServerSentEvent>, keepAliveMs?: number) {
    this.events = events;
    this.keepAliveMs = keepAliveMs;
  }
}

/**
 * Makes a handler's events a response of the type `text/event-stream`. The head is sent at once, before the first event.
 *
 * @throws {InvalidOptionError} for what is no async iterable, and for a `keepAlive` that is no duration or 0.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(
  events: AsyncIterable<ServerSentEvent> | (() => AsyncIterable<ServerSentEvent>),
  options: EventStreamOptions = {},
): EventStream {
  checkOptions("eventStream", options, { keepAlive: aPositiveDuration });
  const keepAliveMs = options.keepAlive === undefined ? undefined : toMs(options.keepAlive, "eventStream: keepAlive");
  const made: unknown = typeof events === "function" ? events() : events;
  if (isAsyncIterable(made)) return new EventStream(made as AsyncIterable<ServerSentEvent>, keepAliveMs);
  throw expected("eventStream", "an async iterable, or a function that returns one", made);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** An event, or a comment, as text. @throws {InvalidOptionError} */
export function encodeEvent(event: ServerSentEvent | typeof keepAlive): string {
  if (event === keepAlive) return ":\n\n";
  if (!isPlainObject(event)) throw expected("eventStream", "an event to be an object with data", event);
  checkOptions("eventStream: an event", event, eventRules);
  const lines: string[] = [];
  if (event.event !== undefined) lines.push(`event: ${event.event}`);
  if (event.id !== undefined) lines.push(`id: ${event.id}`);
  if (event.retry !== undefined) lines.push(`retry: ${event.retry}`);
  const data = typeof event.data === "string" ? event.data : toJson(event.data, "data of an event to be");
  for (const line of data.split(/\r\n|\r|\n/)) lines.push(`data: ${line}`);
  return `${lines.join("\n")}\n\n`;
}
