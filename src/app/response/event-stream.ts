import { describe } from "../../base/options.ts";

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

/** A stream of server-sent events, to be returned by a handler. */
export class EventStream {
  readonly events: AsyncIterable<ServerSentEvent>;

  constructor(events: AsyncIterable<ServerSentEvent>) {
    this.events = events;
  }
}

/**
 * Makes a handler's events a response of the type `text/event-stream`. The head is sent at once, before the first event.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(
  events: AsyncIterable<ServerSentEvent> | (() => AsyncIterable<ServerSentEvent>),
): EventStream {
  return new EventStream(typeof events === "function" ? events() : events);
}

/** An event as text. A line break in a name or id would start a field of its own, so it is refused. */
export function encodeEvent(event: ServerSentEvent): string {
  const lines: string[] = [];
  if (event.event !== undefined) lines.push(`event: ${oneLine("event", event.event)}`);
  if (event.id !== undefined) lines.push(`id: ${oneLine("id", event.id)}`);
  if (event.retry !== undefined) lines.push(`retry: ${wholeMs(event.retry)}`);
  const data = typeof event.data === "string" ? event.data : (JSON.stringify(event.data) ?? "null");
  for (const line of data.split(/\r\n|\r|\n/)) lines.push(`data: ${line}`);
  return `${lines.join("\n")}\n\n`;
}

function oneLine(field: string, value: string): string {
  if (typeof value === "string" && !/[\r\n\0]/.test(value)) return value;
  throw new TypeError(`eventStream: expected ${field} to be one line of text, got ${describe(value)}`);
}

function wholeMs(value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(`eventStream: expected retry to be a whole number of milliseconds, got ${describe(value)}`);
}
