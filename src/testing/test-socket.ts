import type { AppSocket, SocketClosed, SocketMessage, SocketTransport } from "../app/socket/app-socket.ts";

/** The client's side of a WebSocket without a network. */
export class TestSocket {
  readonly #messages: SocketMessage[] = [];
  readonly #closing = Promise.withResolvers<SocketClosed>();
  readonly #app: AppSocket;
  #closed = false;
  #wake: (() => void) | undefined;

  /** `open` makes the app's side, which writes to the transport it is given. */
  constructor(open: (transport: SocketTransport) => AppSocket) {
    this.#app = open({
      send: (message) => {
        this.#messages.push(message);
        this.#wake?.();
      },
      close: (code, reason) => this.#end({ code, reason }),
    });
  }

  /** Resolves when either side has closed it. */
  get closed(): Promise<SocketClosed> {
    return this.#closing.promise;
  }

  /** The next message from the app; `undefined` when it has been closed and all has been read. */
  async receive(): Promise<SocketMessage | undefined> {
    while (this.#messages.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }

  /** The next message, parsed as JSON. */
  async receiveJson(): Promise<unknown> {
    const message = await this.receive();
    return JSON.parse(typeof message === "string" ? message : new TextDecoder().decode(message));
  }

  send(message: SocketMessage): void {
    if (!this.#closed) this.#app.noteMessage(message);
  }

  sendJson(value: unknown): void {
    this.send(JSON.stringify(value));
  }

  close(code = 1000, reason = ""): void {
    this.#app.noteClosed({ code, reason });
    this.#end({ code, reason });
  }

  #end(closed: SocketClosed): void {
    this.#closed = true;
    this.#closing.resolve(closed);
    this.#wake?.();
  }
}
