import type { TestResponse } from "./test-response.ts";

/** A WebSocket handshake was refused; `response` says why. */
export class SocketRefusedError extends Error {
  override readonly name = "SocketRefusedError";
  readonly response: TestResponse;

  constructor(response: TestResponse) {
    super(`the handshake was refused with ${response.status}: ${response.text()}`);
    this.response = response;
  }
}
