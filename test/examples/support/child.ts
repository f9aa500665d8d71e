import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

/** A program of examples/ in a process of its own. */
export interface Child {
  /** Resolves with the text matched, as soon as the output so far has it. */
  output(pattern: RegExp): Promise<string>;
  /** Resolves at its end. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  kill(signal: "SIGINT" | "SIGTERM"): void;
}

/** Starts it as its doc says, on SQLite unless it is told a `DATABASE_URL`; killed when the test ends. */
export function startChild(
  program: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Child {
  const file = fileURLToPath(new URL(`../../../examples/${program}`, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=afterwork-source", file, ...args], {
    env: { ...process.env, DATABASE_URL: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (text.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (text.stderr += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    ended: ended.then((code) => ({ code, ...text })),
    kill: (signal) => void child.kill(signal),
    output: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text.stdout);
          if (match !== null) resolve(match[0]);
        };
        child.stdout.on("data", look);
        look();
        void ended.then((code) => reject(new Error(`it ended with ${code}: ${text.stdout}${text.stderr}`)));
      }),
  };
}
