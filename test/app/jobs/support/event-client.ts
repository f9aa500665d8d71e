import { onTestFinished } from "vitest";

/** An event, or a comment, as it came. */
export interface SentEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: unknown;
  readonly comment?: string;
}

/** A stream of server-sent events that is read one by one. */
export class EventClient {
  readonly response: Response;
  readonly #events: AsyncGenerator<SentEvent, undefined>;
  readonly #connection: AbortController;

  private constructor(response: Response, connection: AbortController) {
    this.response = response;
    this.#connection = connection;
    this.#events = parse(response);
  }

  static async open(url: string, lastEventId?: string): Promise<EventClient> {
    const connection = new AbortController();
    onTestFinished(() => connection.abort());
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    return new EventClient(await fetch(url, { headers, signal: connection.signal }), connection);
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<SentEvent | undefined> {
    return (await this.#events.next()).value;
  }

  /** The first event from here on that bears this status. */
  async untilStatus(status: string): Promise<SentEvent> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the stream ended before ${status}`);
      if (event.event === "status" && (event.data as { status: string }).status === status) return event;
    }
  }

  /** All that is left. */
  async rest(): Promise<SentEvent[]> {
    const events: SentEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  /** Cuts the connection. */
  cut(): void {
    this.#connection.abort();
  }
}

async function* parse(response: Response): AsyncGenerator<SentEvent, undefined> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) yield toEvent(block);
  }
  if (text !== "") throw new Error(`the stream ended in the middle of an event: ${text}`);
  return undefined;
}

function toEvent(block: string): SentEvent {
  if (block.startsWith(":")) return { event: undefined, id: undefined, data: undefined, comment: block.slice(1) };
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
  return { event: fields.get("event"), id: fields.get("id"), data: JSON.parse(fields.get("data") ?? "null") };
}

/** What an event says, in short. */
export function gist({ event, data }: SentEvent): unknown {
  const { status, progress, message } = data as { status?: unknown; progress?: unknown; message?: unknown };
  return [event, status ?? progress ?? message];
}
