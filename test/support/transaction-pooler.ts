import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

/** The frames of PostgreSQL's protocol in what a socket brings, as they become complete. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  #isStart: boolean;

  /** `isStart`: the first frame has no type. */
  constructor(isStart: boolean) {
    this.#isStart = isStart;
  }

  *read(chunk: Buffer): Iterable<Buffer> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const skipped = this.#isStart ? 0 : 1;
      if (this.#rest.length < skipped + 4) return;
      const size = skipped + this.#rest.readUInt32BE(skipped);
      if (this.#rest.length < size) return;
      const frame = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      // A request for encryption is followed by another start.
      if (this.#isStart && frame.readUInt32BE(4) !== encryptionRequest) this.#isStart = false;
      yield frame;
    }
  }
}

const encryptionRequest = 80_877_103;

/** One connection to the server, used by one client after the other. */
class Backend {
  readonly socket: Socket;
  client: Client | undefined;

  constructor(port: number, start: Buffer, onIdle: (backend: Backend) => void) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.write(start);
    this.socket.on("error", () => {});
    const frames = new Frames(false);
    let isNew = true;
    this.socket.on("data", (chunk) => {
      for (const frame of frames.read(chunk)) {
        const isReady = frame[0] === letter("Z");
        if (isNew) {
          isNew = !isReady;
          continue;
        }
        // What nobody has asked for, such as a notification, is nobody's.
        this.client?.socket.write(frame);
        if (isReady && frame[5] === letter("I")) onIdle(this);
      }
    });
  }
}

interface Client {
  readonly socket: Socket;
  start: Buffer;
  backend: Backend | undefined;
}

/**
 * A pooler in transaction mode, as small as it can be: a server that trusts its users, statements without a name, no
 * encryption. It hands a connection to the server from one client to the next between transactions, the last one first.
 */
export class TransactionPooler implements AsyncDisposable {
  readonly #serverPort: number;
  readonly #listener: Server;
  readonly #idle: Backend[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#listener = createServer((socket) => this.#accept(socket));
  }

  static async start(serverPort: number): Promise<TransactionPooler> {
    const pooler = new TransactionPooler(serverPort);
    await new Promise<void>((resolve) => pooler.#listener.listen(0, "127.0.0.1", resolve));
    return pooler;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #accept(socket: Socket): void {
    const client: Client = { socket, start: Buffer.alloc(0), backend: undefined };
    const frames = new Frames(true);
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const frame of frames.read(chunk)) this.#hear(client, Buffer.from(frame));
    });
  }

  #hear(client: Client, frame: Buffer): void {
    if (client.start.length === 0) return this.#greet(client, frame);
    if (frame[0] === letter("X")) return void client.socket.end();
    client.backend ??= this.#take(client);
    client.backend.socket.write(frame);
  }

  /** With a key of its own, as poolers do. */
  #greet(client: Client, start: Buffer): void {
    if (start.readUInt32BE(4) === encryptionRequest) return void client.socket.write("N");
    client.start = start;
    client.socket.write(message("R", int32(0)));
    client.socket.write(message("K", int32(987_654), int32(1)));
    client.socket.write(message("Z", Buffer.from("I")));
  }

  #take(client: Client): Backend {
    const backend = this.#idle.pop() ?? this.#connect(client);
    backend.client = client;
    return backend;
  }

  #connect(client: Client): Backend {
    const backend: Backend = new Backend(this.#serverPort, client.start, (idle) => this.#release(idle));
    this.#sockets.add(backend.socket);
    return backend;
  }

  #release(backend: Backend): void {
    if (backend.client !== undefined) backend.client.backend = undefined;
    backend.client = undefined;
    this.#idle.push(backend);
  }
}

function letter(text: string): number {
  return text.charCodeAt(0);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}
