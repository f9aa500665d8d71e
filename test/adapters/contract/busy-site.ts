import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "vitest";

import type { Client, Received, Sending } from "./client.ts";

/**
 * Receives the answer to the play `burn`, whose task keeps the site busy until it is told that the answer has come whole: by
 * a file, because a busy process takes no requests.
 */
export async function receivedWhileBusy(client: Client, size = "", sending?: Sending): Promise<Received> {
  const run = client.newRun();
  const told = join(tmpdir(), `afterwork-contract-${process.pid}-${run}`);
  const received = await client.play(run, `burn&${size}&until=${encodeURIComponent(told)}`, sending);
  await writeFile(told, "");
  try {
    expect(await client.until(run, /^task/)).toEqual(["task is let go"]);
  } finally {
    await rm(told);
  }
  expect(received.isComplete).toBe(true);
  return received;
}
