import type { Log } from "../../base/log.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import type { ResponseDraft } from "../response/response-draft.ts";

/** What a handler is given beside its inputs. */
export interface HandlerContext {
  /** The work of this request; its dependencies share it. */
  readonly background: BackgroundTasks;
  readonly request: Request;
  /** Status, headers and cookies for a plain return value. */
  readonly response: ResponseDraft;
  /** Aborts when the client has gone before the response was complete, and at shutdown for streams and sockets. */
  readonly signal: AbortSignal;
  readonly log: Log;
}
