import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { conditions } from "../node-flags.ts";
import type { ChildMessage } from "./play-role.ts";

const mostMs = 600_000;

/** What a process is to do. */
export interface Part {
  /** The file of the process, which hands its roles to `playRole`. */
  readonly file: URL;
  readonly role: string;
  readonly settings: object;
}

/** A process that plays one role and then ends by itself. */
export class ChildRole {
  /** It has something to do from now on, if it says so at all. */
  readonly ready: Promise<void>;
  /** Its result, once it has ended. */
  readonly result: Promise<unknown>;
  readonly #child: ReturnType<typeof fork>;

  constructor({ file, role, settings }: Part) {
    const args = [role, JSON.stringify(settings)];
    this.#child = fork(fileURLToPath(file), args, {
      execArgv: [...conditions],
      timeout: mostMs,
      killSignal: "SIGKILL",
    });
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.result = this.#end(role, ready.resolve);
    this.ready.catch(() => {});
    this.result.catch(ready.reject);
  }

  /** Asks one to end that goes on until it is asked. */
  finish(): void {
    this.#child.send("finish");
  }

  async #end(role: string, onReady: () => void): Promise<unknown> {
    const said: Exclude<ChildMessage, { type: "ready" }>[] = [];
    this.#child.on("message", (message: ChildMessage) => {
      if (message.type === "ready") onReady();
      else said.push(message);
    });
    const [code, signal] = (await once(this.#child, "exit")) as [number | null, string | null];
    const [last] = said;
    if (last?.type === "failed") throw new Error(`the phase ${role} failed: ${last.message}`);
    if (last !== undefined && code === 0) return last.result;
    throw new Error(`the phase ${role} ended with ${signal ?? `exit code ${code}`}`);
  }
}

/** Plays a role in a new process, from its beginning to its end. */
export function play(part: Part): Promise<unknown> {
  return new ChildRole(part).result;
}
