import type { ServerResponse } from "node:http";

import { answerTo } from "../app/response/error-response.ts";
import { toError } from "../base/errors.ts";
import { HeldCalls, refuseCall, type SendingMethod } from "./held-calls.ts";
import { setHeaders } from "./write-reply.ts";

/** What has to be done before a response may leave. */
export interface Gate {
  /** Called when the head is about to leave, or the end where the head has gone. @throws why it may not. */
  beforeHead(): undefined | Promise<void>;
  /** It may not leave; the client gets another answer, or none. */
  onRefused(error: unknown): void;
}

const sending: readonly SendingMethod[] = ["writeHead", "flushHeaders", "write", "end"];
const setting = ["setHeader", "setHeaders", "appendHeader", "removeHeader"] as const;

type Method = (...args: unknown[]) => unknown;
type Methods = Record<SendingMethod | (typeof setting)[number], Method | undefined>;

const holds = new WeakMap<ServerResponse, HeldResponse>();

/**
 * Holds what is sent on a Node response from now on: the first call that would send the head, or `end` where the head has
 * been sent, waits for the gate, and all further calls wait behind it. To whoever looks the response is sent meanwhile. If
 * the gate refuses, the client gets 503, or whatever the error is answered with, in the place of the user's response; where
 * the head has gone, the body is cut off. Calling it again has the gate asked again, for the head or for the end; another
 * gate is asked as well, because frameworks may stand within each other.
 */
export function holdResponse(response: ServerResponse, gate: Gate): void {
  const known = holds.get(response);
  if (known === undefined) holds.set(response, new HeldResponse(response, gate));
  else known.hold(gate);
}

class HeldResponse {
  readonly #response: ServerResponse;
  readonly #gates: Set<Gate>;
  readonly #calls = new HeldCalls();
  /** `armed`: the next head, or end, asks the gate. */
  #state: "open" | "armed" | "waiting" | "refused" = "armed";
  #asksAgain = false;
  /** The user's `end` has been made, though middleware below may take its time to end the response. */
  #isEnded = false;
  #end: Method = () => {};
  #refusal: unknown;
  /** What is sent in the place of the user's answer. */
  #instead: { readonly status: number; readonly bytes: Buffer } | undefined;

  constructor(response: ServerResponse, gate: Gate) {
    this.#response = response;
    this.#gates = new Set([gate]);
    const methods = response as unknown as Methods;
    for (const name of sending) this.#holdCalls(methods, name);
    for (const name of setting) this.#guardHead(methods, name);
  }

  hold(gate: Gate): void {
    this.#gates.add(gate);
    if (this.#state === "open" && !this.#isEnded) this.#state = "armed";
    if (this.#state === "waiting") this.#asksAgain = true;
  }

  #holdCalls(methods: Methods, name: SendingMethod): void {
    const original = methods[name]?.bind(this.#response) as Method;
    if (name === "end") this.#end = original;
    const make = (args: readonly unknown[]): unknown => {
      if (name === "end") this.#isEnded = true;
      return original(...args);
    };
    methods[name] = (...args) => {
      if (this.#state === "waiting" && name === "writeHead") throw headersSent(name);
      if (this.#state === "armed") this.#arrive(name, args);
      if (this.#state === "waiting") return this.#delay(name, args, () => make(args));
      return this.#state === "refused" && !this.#isInstead(name, args) ? this.#swallow(name, args) : make(args);
    };
  }

  /** Node's own `end` calls `writeHead`, and `write` in HTTP/2: at once, or when middleware below gets to it. */
  #isInstead(name: SendingMethod, [first, ...more]: readonly unknown[]): boolean {
    if (this.#instead === undefined) return false;
    const { status, bytes } = this.#instead;
    if (name === "write") return first === bytes;
    return name === "writeHead" && first === status && more.length === 0 && !this.#response.headersSent;
  }

  /** Headers can't be changed any more while the head waits, as they couldn't if it had been sent. */
  #guardHead(methods: Methods, name: (typeof setting)[number]): void {
    const original = methods[name]?.bind(this.#response);
    if (original === undefined) return;
    methods[name] = (...args) => {
      if (this.#state === "waiting") throw headersSent(name);
      return original(...args);
    };
  }

  /** The head is about to leave, or the end. */
  #arrive(name: SendingMethod, [status]: readonly unknown[]): void {
    const response = this.#response;
    if (response.headersSent && name !== "end") return;
    if (name === "writeHead") {
      const code = Math.trunc(Number(status));
      // Node refuses it at once, so it is no head yet.
      if (!(code >= 100 && code <= 999)) return;
      response.statusCode = code;
    }
    const waiting = this.#askGates();
    if (waiting === undefined) this.#state = "open";
    else this.#wait(waiting);
  }

  #askGates(): undefined | Promise<void> {
    const waiting = Array.from(this.#gates, (gate) => gate.beforeHead()).filter((one) => one !== undefined);
    return waiting.length > 1 ? Promise.all(waiting).then(() => {}) : waiting[0];
  }

  #wait(waiting: Promise<void>): void {
    this.#state = "waiting";
    const response = this.#response;
    pretend(response, "headersSent");
    const { statusCode } = response;
    const goOn = (): void => {
      response.statusCode = statusCode;
      const more = this.#asksAgain ? this.#askGates() : undefined;
      this.#asksAgain = false;
      if (more === undefined) this.#release();
      else this.#wait(more);
    };
    waiting.then(goOn).catch((error: unknown) => this.#refuse(error));
  }

  /** What a call would have returned. */
  #delay(method: SendingMethod, args: readonly unknown[], make: () => unknown): unknown {
    const takesMore = this.#calls.add({ method, args, make });
    if (method === "end") pretend(this.#response, "writableEnded");
    return method === "write" ? takesMore : this.#response;
  }

  /** Whoever still writes to what has been refused may go on to the end: nothing of it is sent. */
  #swallow(method: SendingMethod, args: readonly unknown[]): unknown {
    refuseCall(args, this.#refusal);
    return method === "write" ? true : this.#response;
  }

  #release(): void {
    this.#state = "open";
    this.#stopPretending();
    const wantsDrain = this.#calls.release();
    if (wantsDrain && !this.#response.writableEnded) this.#response.emit("drain");
  }

  /** The gate did not open, or one of the calls could not be made. */
  #refuse(error: unknown): void {
    const response = this.#response;
    this.#state = "refused";
    this.#refusal = toError(error);
    this.#stopPretending();
    for (const gate of this.#gates) gate.onRefused(error);
    const wantsDrain = this.#calls.drop(this.#refusal);
    if (response.headersSent) response.destroy();
    else void this.#answer(answerTo(error).response);
    if (wantsDrain) response.emit("drain");
  }

  async #answer(answer: Response): Promise<void> {
    try {
      await this.#sendInstead(answer);
    } catch (failure) {
      this.#response.destroy(toError(failure));
    }
  }

  async #sendInstead(answer: Response): Promise<void> {
    const response = this.#response;
    const bytes = Buffer.from(await answer.arrayBuffer());
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    // There is no such thing in HTTP/2.
    if (response.req.httpVersionMajor === 1) response.statusMessage = "";
    response.statusCode = answer.status;
    setHeaders(answer.headers, response);
    this.#instead = { status: answer.status, bytes };
    this.#end(bytes);
  }

  #stopPretending(): void {
    Reflect.deleteProperty(this.#response, "headersSent");
    Reflect.deleteProperty(this.#response, "writableEnded");
  }
}

/** Others look at these before they send an answer of their own. */
function pretend(response: ServerResponse, property: "headersSent" | "writableEnded"): void {
  Object.defineProperty(response, property, { value: true, configurable: true });
}

/** What Node throws. */
function headersSent(method: string): Error {
  const error = new Error(`Cannot ${method} after headers are sent to the client`);
  return Object.assign(error, { code: "ERR_HTTP_HEADERS_SENT" });
}
