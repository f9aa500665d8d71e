/**
 * A line goes to a log file after the response, so that no client waits for the disk. The work is a plain function, which
 * knows nothing of the framework.
 */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Router, path, settings } from "afterwork";
import { z } from "zod";

const config = settings(z.object({ DATA_DIR: z.string().default("data") }));

export const router = new Router({ tags: ["log file"] });

router.post(
  "/notifications/:email",
  { email: path(z.email()), config },
  { status: 202, summary: "Send a notification" },
  ({ email, config, background }) => {
    background.addTask(writeLog, join(config.DATA_DIR, "notifications.log"), `notification for ${email}`);
    return { message: "the notification is on its way" };
  },
);

async function writeLog(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${new Date().toISOString()} ${line}\n`);
}
