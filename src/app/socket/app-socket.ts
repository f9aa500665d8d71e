/** A message of a WebSocket: text, or bytes. */
export type SocketMessage = string | Uint8Array;

/** What carries a socket: a real connection, or a test. */
export interface SocketTransport {
  send(message: SocketMessage): void;
  close(code: number, reason: string): void;
}

/** How a socket was closed. @see RFC 6455, section 7.4 */
export interface SocketClosed {
  readonly code: number;
  readonly reason: string;
}

/** How many messages may wait to be read before the socket is closed with 1009. */
const mostUnread = 10_000;

/**
 * A WebSocket as a handler sees it: iterate over it for the messages, in order, until the other side closes. It is
 * closed when the handler returns.
 */
export class AppSocket implements AsyncIterable<SocketMessage> {
  readonly #transport: SocketTransport;
  readonly #unread: SocketMessage[] = [];
  readonly #closing = Promise.withResolvers<SocketClosed>();
  #closed: SocketClosed | undefined;
  #wake: (() => void) | undefined;

  constructor(transport: SocketTransport) {
    this.#transport = transport;
  }

  /** How it was closed; `undefined` while it is open. */
  get closed(): SocketClosed | undefined {
    return this.#closed;
  }

  /** Resolves when it is closed, by whichever side. */
  get whenClosed(): Promise<SocketClosed> {
    return this.#closing.promise;
  }

  /** Sends text or bytes. A socket that is closed takes nothing, without an error: the other side may always be gone. */
  send(message: SocketMessage): void {
    if (this.#closed === undefined) this.#transport.send(message);
  }

  /** Sends a value as JSON text. */
  sendJson(value: unknown): void {
    this.send(JSON.stringify(value) ?? "null");
  }

  /** Closes it. `code` is 1000 or from 3000 to 4999. Calling it again does nothing. */
  close(code = 1000, reason = ""): void {
    if (this.#closed !== undefined) return;
    this.#transport.close(code, reason);
    this.noteClosed({ code, reason });
  }

  /** The next message; `undefined` when the socket has been closed and all has been read. */
  async receive(): Promise<SocketMessage | undefined> {
    while (this.#unread.length === 0 && this.#closed === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#unread.shift();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SocketMessage, void, undefined> {
    for (;;) {
      const message = await this.receive();
      if (message === undefined) return;
      yield message;
    }
  }

  /** The transport brought a message. */
  noteMessage(message: SocketMessage): void {
    if (this.#closed !== undefined) return;
    if (this.#unread.length >= mostUnread) return this.close(1009, "too many unread messages");
    this.#unread.push(message);
    this.#wake?.();
  }

  /** The transport was closed. */
  noteClosed(closed: SocketClosed): void {
    if (this.#closed !== undefined) return;
    this.#closed = closed;
    this.#closing.resolve(closed);
    this.#wake?.();
  }
}
