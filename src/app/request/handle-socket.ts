import type { Context } from "hono";

import { combined } from "../../dependencies/cleanup.ts";
import { reportRequest } from "./answer-error.ts";
import type { AppParts } from "../app-parts.ts";
import type { CompiledRoute } from "../routing/compiled-route.ts";
import { Exchange } from "./exchange.ts";
import { toResponse } from "../response/plain-reply.ts";
import { recover } from "./handle-request.ts";
import { HonoSource } from "./hono-source.ts";
import { HTTPException } from "../http-exception.ts";
import { AppSocket, type SocketTransport } from "../socket/app-socket.ts";
import { socketUpgradeOf } from "../socket/socket-upgrade.ts";

/**
 * A WebSocket from its handshake to its end. Guards, parameters and dependencies come before the handshake, so that a
 * refusal is an ordinary response. They stay open while the handler runs; it ends the socket, and the tasks run then.
 */
export async function handleSocket(route: CompiledRoute, context: Context, app: AppParts): Promise<Response> {
  const exchange = new Exchange(route, new HonoSource(context), app);
  try {
    const upgrade = socketUpgradeOf(context);
    if (upgrade === undefined || context.req.header("upgrade")?.toLowerCase() !== "websocket") {
      throw new HTTPException(426, "expected a WebSocket handshake", { upgrade: "websocket" });
    }
    await exchange.resolve();
    let opened = false;
    const response = await upgrade(context, (transport) => {
      opened = true;
      return open(exchange, transport);
    });
    exchange.source.end.attachLate(() => (opened ? undefined : app.track(abandon(exchange), route.name)));
    return response;
  } catch (error) {
    return toResponse(await exchange.send(await recover(exchange, error)));
  }
}

/** The client left, or its handshake was refused by the protocol, when all had been resolved for it. */
async function abandon(exchange: Exchange): Promise<void> {
  await recover(exchange, new HTTPException(400, "the handshake was not completed"));
  await exchange.finish();
}

function open(exchange: Exchange, transport: SocketTransport): AppSocket {
  const socket = new AppSocket(transport);
  void exchange.app.track(live(exchange, socket), exchange.route.name);
  return socket;
}

async function live(exchange: Exchange, socket: AppSocket): Promise<void> {
  const { signal } = exchange;
  const ended = exchange.livesLong();
  signal.addEventListener("abort", () => socket.end(1001, "going away"), { once: true });
  void socket.whenClosed.then(() => exchange.abort());
  // A socket may be open for days: what is added from here on can't wait for its end.
  exchange.tasks.goLive();
  const failure = await call(exchange, socket);
  ended();
  const closed = await exchange.closeFunctionScope(failure);
  if (closed.failure !== undefined) report(exchange, socket, combined(closed));
  socket.close();
  exchange.tasks.settle({ status: 101, ...(closed.failure === undefined ? {} : { error: closed.failure.error }) });
  await exchange.finish();
}

async function call(exchange: Exchange, socket: AppSocket): Promise<{ error: unknown } | undefined> {
  const context = Object.defineProperty(exchange.handlerContext(), "socket", { value: socket, enumerable: true });
  try {
    await (exchange.route.definition.handler as (argument: object) => unknown)(context);
    return undefined;
  } catch (error) {
    exchange.fail(error);
    return { error };
  }
}

/** 1011: the server met a condition that it did not expect. An HTTPException is a refusal: 1008. */
function report(exchange: Exchange, socket: AppSocket, error: unknown): void {
  const refused = error instanceof HTTPException;
  socket.end(refused ? 1008 : 1011, refused ? error.message : "internal error");
  if (!refused) reportRequest(exchange, { status: 101, error });
}
