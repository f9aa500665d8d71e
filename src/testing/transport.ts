import type { RequestObserver } from "../app/request/request-observer.ts";
import type { TestSocket } from "./test-socket.ts";

/** How the requests of a test client reach what it tests. */
export interface Transport {
  /** What the paths of its requests are relative to. */
  open(): Promise<URL>;
  /** Rejects when the client goes away, and when the connection breaks before there is a response. */
  send(request: Request, observer: RequestObserver): Promise<Sent>;
  /** The same for a WebSocket. */
  upgrade(request: Request, observer: RequestObserver): Promise<Sent>;
  /** Resolves when the work of the requests whose client has gone is done. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A response whose body is still to be read. */
export interface Sent {
  readonly response: Response;
  /** What a request for a WebSocket has become, unless it was refused. */
  readonly socket?: TestSocket;
  /** It has been read to its end. Resolves when its tasks have run. */
  finish(): Promise<void>;
  /** The client leaves, whether it has read the response or not. Resolves when the tasks have run. */
  leave(): Promise<void>;
}
