import { JobNotFoundError } from "../../tasks/job-errors.ts";
import { isTerminal } from "../../tasks/job-states.ts";
import type { Job, JobEvent } from "../../tasks/job.ts";
import { endEarly, withFirst } from "../response/body-stream.ts";
import { eventStream, type EventStream, type ServerSentEvent } from "../response/event-stream.ts";
import type { Resumption } from "./job-parameters.ts";

/** How the events of a job are told. */
export interface StreamSearch {
  readonly resumption: Resumption | undefined;
  readonly signal: AbortSignal;
  /** Show the fields of log lines? */
  readonly details: boolean;
}

/** Less than the silence after which common proxies cut a connection, half a minute at the least. */
const keepAlive = "15s";

/**
 * The events of a job from where the client left off. `undefined` when it has been told the last one already.
 *
 * @throws {JobNotFoundError} before anything is sent.
 */
export async function jobStream(job: Job, search: StreamSearch): Promise<EventStream | undefined> {
  const { resumption, details } = search;
  const iterator = tell(job.events({ after: resumption?.after ?? 0, signal: search.signal }), details);
  const first = await iterator.next();
  if (first.done !== true && isKnownEnd(first.value, resumption)) {
    await endEarly(iterator);
    return undefined;
  }
  const events = { [Symbol.asyncIterator]: () => withFirst(first, iterator) as AsyncIterator<ServerSentEvent> };
  return eventStream(events, { keepAlive });
}

/** Nothing has happened since, and nothing will. */
function isKnownEnd({ event, id }: ServerSentEvent, resumption: Resumption | undefined): boolean {
  if (event !== "status" || resumption?.status === undefined) return false;
  return isTerminal(resumption.status) && id === `${resumption.after}:${resumption.status}`;
}

async function* tell(events: AsyncIterable<JobEvent>, details: boolean): AsyncGenerator<ServerSentEvent, undefined> {
  let told = false;
  try {
    for await (const event of events) {
      yield serverSent(event, details);
      told = true;
    }
  } catch (error) {
    // Removed in the meantime: the client comes back, and is told that it is gone.
    if (!told || !(error instanceof JobNotFoundError)) throw error;
  }
  return undefined;
}

function serverSent({ id, at, type, data }: JobEvent, details: boolean): ServerSentEvent {
  if (type === "status") return { event: type, id: `${id}:${String(data)}`, data: { at, status: data } };
  if (type === "progress") return { event: type, id: String(id), data: { at, progress: data } };
  const { level, message, fields } = data as LogLine;
  const line = { at, level, message };
  return { event: type, id: String(id), data: details && fields !== undefined ? { ...line, fields } : line };
}

/** A log line as events bear it. */
interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields?: unknown;
}
