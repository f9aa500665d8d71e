import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** Where a proxy passes connections on to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** A network between a client and a server that fails as networks do, on a free port of this machine. */
export class TcpProxy implements AsyncDisposable {
  readonly #target: ProxyTarget;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #port = 0;
  #accepted = 0;
  #stalls = false;
  #bytesPerSecond = Infinity;

  private constructor(target: ProxyTarget) {
    this.#target = target;
    // Whoever ends his side is not ended on the other by itself: what is passed on is decided here.
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Starts one; it passes everything on until it is told otherwise. */
  static async start(target: ProxyTarget): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.#listen();
    return proxy;
  }

  /** The same for the server of a URL, such as that of a database. */
  static startFor(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    return TcpProxy.start({ host: hostname, port: Number(port === "" ? 5432 : port) });
  }

  get port(): number {
    return this.#port;
  }

  /** How many connections are open, those that are stalled among them. */
  get open(): number {
    return this.#links.size;
  }

  /** How many connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The URL with this proxy in place of the server. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = "127.0.0.1";
    changed.port = String(this.#port);
    return changed.href;
  }

  /** Ends every connection at once, as a server does that is killed; new ones are passed on. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  /**
   * Swallows everything from now on, in both directions, without ending anything, as a firewall does that has forgotten its
   * connections: they are half-open. New ones are accepted and swallowed, too, until it is healed.
   */
  stall(): void {
    this.#stalls = true;
    for (const link of this.#links) link.stall();
  }

  /** Passes no more than this on, per connection and direction. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    for (const link of this.#links) link.bytesPerSecond = bytesPerSecond;
  }

  /** Refuses new connections, as if nobody listened there; those that are open stay. */
  refuse(): void {
    this.#server.close();
  }

  /** Passes on everything again. Connections that were stalled stay so, for they have lost what was sent. */
  async heal(): Promise<void> {
    this.#stalls = false;
    this.throttle(Infinity);
    if (!this.#server.listening) await this.#listen();
  }

  /** Ends everything. May be called again. */
  async close(): Promise<void> {
    this.#server.close();
    this.cut();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const server = connect({ ...this.#target, allowHalfOpen: true });
    const link = new Link(client, server, () => this.#links.delete(link));
    link.bytesPerSecond = this.#bytesPerSecond;
    if (this.#stalls) link.stall();
    this.#links.add(link);
  }
}

/** One connection of a client, and the one to the server that belongs to it. */
class Link {
  bytesPerSecond = Infinity;
  readonly #sockets: readonly [client: Socket, server: Socket];
  readonly #onEnd: () => void;
  #stalled = false;

  constructor(client: Socket, server: Socket, onEnd: () => void) {
    this.#sockets = [client, server];
    this.#onEnd = onEnd;
    this.#pipe(client, server);
    this.#pipe(server, client);
  }

  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.resume();
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#onEnd();
  }

  #pipe(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on("data", (chunk) => void this.#pass(chunk, from, to));
    from.on("end", () => {
      if (!this.#stalled) to.end();
    });
    from.on("error", () => {});
    from.on("close", () => {
      if (!this.#stalled || this.#sockets.every((socket) => socket.destroyed)) this.destroy();
    });
  }

  async #pass(chunk: Buffer, from: Socket, to: Socket): Promise<void> {
    if (this.#stalled || to.destroyed) return;
    from.pause();
    const waitMs = (chunk.length / this.bytesPerSecond) * 1000;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (!this.#stalled && !to.destroyed && !to.write(chunk)) await drained(to);
    from.resume();
  }
}

async function drained(socket: Socket): Promise<void> {
  await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
}
