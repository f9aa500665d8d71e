import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import { Turnstile } from "./turnstile.ts";

/** A call as it was received. */
export interface WebhookCall {
  readonly id: string;
  readonly body: unknown;
  /** Was it signed with the shared secret, over just these bytes? */
  readonly genuine: boolean;
  readonly status: number;
}

/** Somebody else's HTTP server, for examples and tests: it checks signatures, and may be down at first. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly WebhookCall[];
  onCall(listener: (call: WebhookCall) => void): void;
  /** Answers the next calls with these statuses, and everything after them with 204. */
  answerNext(...statuses: number[]): void;
  /** What calls pass that have arrived, before they are answered. */
  readonly answers: Turnstile;
}

export async function openWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const calls: WebhookCall[] = [];
  const listeners: ((call: WebhookCall) => void)[] = [];
  const nextStatuses: number[] = [];
  const answers = new Turnstile();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const genuine = isGenuine(request, body, secret);
    const status = genuine ? (nextStatuses.shift() ?? 204) : 401;
    const call = { id: headerOf(request, "webhook-id"), body: JSON.parse(body) as unknown, genuine, status };
    calls.push(call);
    for (const listener of listeners) listener(call);
    await answers.pass();
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}/hooks`,
    calls,
    onCall: (listener) => void listeners.push(listener),
    answers,
    answerNext: (...statuses) => void nextStatuses.push(...statuses),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** @see https://www.standardwebhooks.com */
function isGenuine(request: IncomingMessage, body: string, secret: string): boolean {
  const signed = `${headerOf(request, "webhook-id")}.${headerOf(request, "webhook-timestamp")}.${body}`;
  const expected = Buffer.from(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
  const got = Buffer.from(headerOf(request, "webhook-signature"));
  return got.length === expected.length && timingSafeEqual(got, expected);
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}
