import { requestObserverKey, type RequestObserver } from "../app/request/request-observer.ts";
import { responseEndKey } from "../app/response/response-end.ts";
import type { ServableApp } from "../app/servable-app.ts";
import { socketUpgradeKey, type SocketUpgrade } from "../app/socket/socket-upgrade.ts";
import { MemoryEnd } from "./memory-end.ts";
import { TestSocket } from "./test-socket.ts";
import type { Sent, Transport } from "./transport.ts";
import { untilAborted } from "./until-aborted.ts";

/** Calls the `fetch` of an app, without a socket. */
export class AppTransport implements Transport {
  readonly #app: ServableApp;

  constructor(app: ServableApp) {
    this.#app = app;
  }

  open(): Promise<URL> {
    return Promise.resolve(new URL("http://testserver"));
  }

  async send(request: Request, observer: RequestObserver, environment: object = {}): Promise<Sent> {
    const end = new MemoryEnd();
    const parts = { ...environment, [responseEndKey]: end, [requestObserverKey]: observer };
    const answering = Promise.resolve(this.#app.fetch(request, parts));
    const response = await untilAborted(answering, request.signal, () => void answering.then(() => end.finish()));
    const finish = (): Promise<void> => end.finish();
    return { response, finish, leave: finish };
  }

  async upgrade(request: Request, observer: RequestObserver): Promise<Sent> {
    let open: Parameters<SocketUpgrade>[1] | undefined;
    const upgrade: SocketUpgrade = (_context, accept) => {
      open = accept;
      return Promise.resolve(new Response());
    };
    const sent = await this.send(request, observer, { [socketUpgradeKey]: upgrade });
    return open === undefined ? sent : { ...sent, socket: new TestSocket(open) };
  }

  /** The app itself waits for the handlers whose client has gone. */
  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
