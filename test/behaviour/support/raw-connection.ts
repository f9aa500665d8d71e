import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { onTestFinished } from "vitest";

/** One response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded if it was chunked. */
  readonly body: string;
  /** When its last byte came, by `performance.now()`. */
  readonly endedAt: number;
}

/** A client without any help: it writes what it is told and reads responses one after the other. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the server has closed the connection, or it was cut. */
  readonly closed: Promise<void>;
  #unread: Buffer[] = [];
  #size = 0;
  #wake: (() => void) | undefined;
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    // A connection that is cut on purpose may be reset.
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.#unread.push(chunk);
      this.#size += chunk.length;
      this.#wake?.();
    });
    socket.once("close", () => {
      this.#ended = true;
      resolve();
      this.#wake?.();
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** Sends a request without a body. */
  request(method: string, path: string, headers: Readonly<Record<string, string>> = {}): this {
    const lines = Object.entries({ host: "x", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return this;
  }

  /** Cuts the connection. */
  cut(): void {
    this.socket.destroy();
  }

  /** The next response; one to HEAD has no body. */
  async response(method = "GET"): Promise<RawResponse> {
    const head = await this.#readUntil("\r\n\r\n");
    const [first = "", ...lines] = head.trimEnd().split("\r\n");
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), valueOf(line)]));
    const status = Number(first.split(" ")[1]);
    const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
    const body = hasBody ? await this.#readBody(headers) : "";
    return { status, headers, body, endedAt: performance.now() };
  }

  /** Text that the server sends, up to and including `end`. */
  async #readUntil(end: string): Promise<string> {
    let at = this.#whole().indexOf(end);
    while (at === -1) {
      await this.#more();
      at = this.#whole().indexOf(end);
    }
    return this.#take(at + end.length).toString("latin1");
  }

  async #readBody(headers: ReadonlyMap<string, string>): Promise<string> {
    if (headers.get("transfer-encoding") === "chunked") return this.#readChunks();
    const length = Number(headers.get("content-length") ?? 0);
    while (this.#size < length) await this.#more();
    return this.#take(length).toString();
  }

  async #readChunks(): Promise<string> {
    const chunks: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt(await this.#readUntil("\r\n"), 16);
      while (this.#size < size + 2) await this.#more();
      chunks.push(this.#take(size + 2).subarray(0, size));
      if (size === 0) return Buffer.concat(chunks).toString();
    }
  }

  /** @throws when the connection ends instead. */
  async #more(): Promise<void> {
    if (this.#ended) throw new Error("the connection was closed in the middle of a response");
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #whole(): Buffer {
    const whole = Buffer.concat(this.#unread);
    this.#unread = [whole];
    return whole;
  }

  #take(length: number): Buffer {
    const whole = this.#whole();
    this.#unread = [whole.subarray(length)];
    this.#size -= length;
    return whole.subarray(0, length);
  }
}

function valueOf(line: string): string {
  return line.slice(line.indexOf(":") + 1).trim();
}
