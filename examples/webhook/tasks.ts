import { depends, settings, task } from "afterwork";
import { z } from "zod";

import { WebhookClient, type WebhookEvent } from "./webhook-client.ts";

const config = settings(z.object({ WEBHOOK_URL: z.url(), WEBHOOK_SECRET: z.string().min(16) }));

/** One for the whole app. Its engine's tasks need it, so without its settings the app does not start. */
export const client = depends.app(
  { config },
  ({ config }) => new WebhookClient(config.WEBHOOK_URL, config.WEBHOOK_SECRET),
);

export const deliverEvent = task(
  "deliver-event",
  {
    deps: { client },
    durable: true,
    retries: 5,
    backoff: { type: "exponential", delay: "200ms", maxDelay: "1m" },
    timeout: "10s",
  },
  ({ client, signal }, event: WebhookEvent) => client.deliver(event, signal),
);
