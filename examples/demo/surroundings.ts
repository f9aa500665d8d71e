import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openPostOffice, type PostOffice } from "../surroundings/post-office.ts";
import { openWebhookReceiver, type WebhookReceiver } from "../surroundings/webhook-receiver.ts";
import { crashHomeIn, type Home } from "./home.ts";
import { newSchemaName, Schemas } from "./schemas.ts";

/** All that the demo talks to, on this machine and for this run only. */
export interface Surroundings extends AsyncDisposable {
  /** A fresh folder, and perhaps a fresh schema; gone when the process ends, unless by `kill -9`. */
  readonly home: Home;
  readonly postOffice: PostOffice;
  readonly receiver: WebhookReceiver;
  readonly tenantSecret: string;
  readonly password: string;
}

/**
 * Opens them, and puts into the environment what the examples read their settings from.
 *
 * @throws {NoDatabaseError} when there is no database where `DATABASE_URL` says.
 */
export async function openSurroundings(): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), "afterwork-demo-"));
  const home: Home = { folder, schema: newSchemaName() };
  const schemas = new Schemas();
  const cleanUp = (): void => {
    rmSync(folder, { recursive: true, force: true });
    schemas.drop();
  };
  process.once("exit", cleanUp);
  for (const { schema } of [home, crashHomeIn(home)]) await schemas.make(schema);
  const webhookSecret = "the webhook secret of the demo";
  const tenantSecret = "the tenant secret of the demo";
  const password = "open sesame";
  const postOffice = await openPostOffice();
  const receiver = await openWebhookReceiver(webhookSecret);
  Object.assign(process.env, {
    DATA_DIR: folder,
    SMTP_URL: postOffice.url,
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: webhookSecret,
    TENANT_SECRET: tenantSecret,
    LOGIN_PASSWORD: password,
    SALES_MS: "20",
  });
  return {
    home,
    postOffice,
    receiver,
    tenantSecret,
    password,
    async [Symbol.asyncDispose]() {
      await Promise.all([postOffice[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()]);
      process.off("exit", cleanUp);
      cleanUp();
    },
  };
}
