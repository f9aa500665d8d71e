import { connect } from "node:net";
import type { Socket } from "node:net";

export interface ConnectionEvents {
  /** The next request to send, or undefined to stop. */
  next(): Buffer | undefined;
  answered(ok: boolean, latencyMs: number): void;
  /** The connection is closed, by us or (with an error) by the server. */
  closed(error: Error | undefined): void;
}

const contentLength = /\r\ncontent-length: ?(\d+)/i;
const chunked = /\r\ntransfer-encoding: ?chunked/i;

/** A keep-alive connection with one request in flight, reading no more of an answer than its status and its end. */
export class Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #received = "";
  #sentAt = 0;
  #failure: Error | undefined;
  #stopped = false;

  constructor(port: number, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("connect", () => this.#send());
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("error", (error) => (this.#failure = error));
    this.#socket.on("close", () => this.#close());
  }

  #send(): void {
    const request = this.#events.next();
    if (request === undefined) return this.#stop();
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  #receive(chunk: Buffer): void {
    const text = chunk.toString("latin1");
    this.#received = this.#received === "" ? text : this.#received + text;
    if (!isComplete(this.#received)) return;
    const ok = this.#received.startsWith("HTTP/1.1 200 ");
    this.#received = "";
    this.#events.answered(ok, performance.now() - this.#sentAt);
    this.#send();
  }

  #stop(): void {
    this.#stopped = true;
    this.#socket.end();
  }

  #close(): void {
    const cut = this.#stopped ? undefined : new Error("the server closed a connection in use");
    this.#events.closed(this.#failure ?? cut);
  }
}

function isComplete(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const head = answer.slice(0, headEnd);
  const length = contentLength.exec(head);
  if (length !== null) return answer.length >= headEnd + 4 + Number(length[1]);
  if (chunked.test(head)) return answer.endsWith("\r\n0\r\n\r\n");
  throw new Error(`the answer has neither a length nor chunks:\n${head}`);
}
