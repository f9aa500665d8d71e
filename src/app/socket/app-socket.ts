import { expected } from "../../base/options.ts";
import { toJson } from "../response/to-json.ts";
import { cutToBytes } from "../uploads/file-name.ts";

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

/** What is left of a control frame's 125 bytes beside the code. */
const mostReasonBytes = 123;

function isReason(reason: unknown): boolean {
  return typeof reason === "string" && Buffer.byteLength(reason) <= mostReasonBytes;
}

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

  /**
   * Sends text or bytes. A socket that is closed takes nothing, without an error: the other side may always be gone.
   *
   * @throws {InvalidOptionError} for anything else.
   */
  send(message: SocketMessage): void {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw expected("socket.send", "a string or bytes", message);
    }
    if (this.#closed === undefined) this.#transport.send(message);
  }

  /** Sends a value as JSON text. */
  sendJson(value: unknown): void {
    this.send(toJson(value, "message to be"));
  }

  /**
   * Closes it. `code` is 1000 or from 3000 to 4999; `reason` has at most 123 bytes. Calling it again does nothing.
   *
   * @throws {InvalidOptionError}
   * @see RFC 6455, sections 5.5 and 7.4
   */
  close(code = 1000, reason = ""): void {
    if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
      throw expected("socket.close: code", "1000 or a whole number from 3000 to 4999", code);
    }
    if (!isReason(reason))
      throw expected("socket.close: reason", `a string of at most ${mostReasonBytes} bytes`, reason);
    this.end(code, reason);
  }

  /** Closes it with any code of the protocol; what is too long of the reason is left out. */
  end(code: number, reason: string): void {
    if (this.#closed !== undefined) return;
    this.#transport.close(code, cutToBytes(reason, mostReasonBytes));
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
    if (this.#unread.length >= mostUnread) return this.end(1009, "too many unread messages");
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
