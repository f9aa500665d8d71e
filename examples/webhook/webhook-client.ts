import { createHmac } from "node:crypto";

import { NonRetryableError, RetryAfterError } from "afterwork";

/** Something that happened, as others are told. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** Tells one receiver of events. */
export class WebhookClient {
  readonly #url: string;
  readonly #secret: string;

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  /** @throws {NonRetryableError} when the receiver will never take it, and any other error when it may later. */
  async deliver(event: WebhookEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(event);
    const response = await fetch(this.#url, { method: "POST", headers: this.#sign(event.id, body), body, signal });
    await response.body?.cancel();
    if (response.ok) return;
    const problem = `the receiver answered ${response.status}`;
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    if (seconds >= 0) throw new RetryAfterError(seconds * 1_000, problem);
    if (response.status < 500) throw new NonRetryableError(problem);
    throw new Error(problem);
  }

  /** @see https://www.standardwebhooks.com */
  #sign(id: string, body: string): Record<string, string> {
    const timestamp = Math.floor(Date.now() / 1_000);
    const signature = createHmac("sha256", this.#secret).update(`${id}.${timestamp}.${body}`).digest("base64");
    return {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${signature}`,
    };
  }
}
