import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

/** A script of the fixtures in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** What it has printed so far, line by line. */
  readonly lines: readonly string[];
  /** What it has logged so far. */
  readonly errors: () => string;
  /** Resolves with the first line that fits, printed already or not. Rejects when the process ends without it. */
  line(fits: RegExp): Promise<string>;
  /** Its exit code; `null` if it was killed by a signal. */
  readonly exit: Promise<number | null>;
}

/** With what, and where, a script is started. */
export interface ChildOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The command that runs a script. Default: that of our own Node. */
  readonly command?: (script: string) => readonly [program: string, ...args: string[]];
}

function onNode(script: string): readonly [program: string, ...args: string[]] {
  return [process.execPath, "--conditions=afterwork-source", script];
}

/** Starts a script. It is killed when the test ends. */
export function startChild(
  script: URL,
  environment: Readonly<Record<string, string>> = {},
  { args = [], cwd, command = onNode }: ChildOptions = {},
): Child {
  const [program, ...before] = command(fileURLToPath(script));
  const child = spawn(program, [...before, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const wakers = new Set<() => void>();
  const wake = (): void => {
    for (const waker of wakers) waker();
  };
  let printed = "";
  let errors = "";
  let ended = false;
  child.stdout.on("data", (chunk) => {
    const parts = (printed + String(chunk)).split("\n");
    printed = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  const exit = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      ended = true;
      resolve(code);
      wake();
    });
  });
  const line = async (fits: RegExp): Promise<string> => {
    for (;;) {
      const found = lines.find((text) => fits.test(text));
      if (found !== undefined) return found;
      if (ended) throw new Error(`ended without ${fits.source}; it printed ${lines.join(" | ")}, and logged ${errors}`);
      await new Promise<void>((resolve) => {
        const waker = (): void => {
          wakers.delete(waker);
          resolve();
        };
        wakers.add(waker);
      });
    }
  };
  return { process: child, lines, errors: () => errors, line, exit };
}
