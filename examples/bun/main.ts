/** An app on Bun whose sign-ups have work after the response, and a welcome that survives a crash in a file of SQLite. */
import process from "node:process";

import { App, body, Engine, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";

/** What is used of Bun here; `@types/bun` knows all of it. */
declare const Bun: {
  serve(options: { port: number; fetch: App["fetch"] }): { readonly url: URL; stop(): Promise<void> };
};

const welcome = task("welcome", { durable: true, retries: 5 }, (_context, email: string) => {
  console.log(`welcome, ${email}`);
});

const app = new App({ engine: new Engine({ store: sqlite(dataFile("bun.db")), tasks: [welcome] }) });

app.post("/signups", { signup: body(z.object({ email: z.email() })) }, ({ signup, background }) => {
  background.addTask(console.log, `${signup.email} signed up`);
  return { job: background.addTask(welcome, signup.email).id };
});

await app.start();
const server = Bun.serve({ port: Number(process.env["PORT"] ?? 8000), fetch: app.fetch });
console.log(server.url.href);

async function shutDown(): Promise<void> {
  app.beginShutdown();
  await server.stop();
  const abandoned = await app.close();
  process.exit(abandoned.length > 0 ? 1 : 0);
}

process.once("SIGTERM", () => void shutDown());
