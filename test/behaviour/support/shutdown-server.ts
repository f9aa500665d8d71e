import { startChild, type Child } from "./child.ts";

/** The server of `fixtures/shutdown-server.ts` in a process of its own. */
export interface ShutdownServer extends Child {
  readonly port: number;
  readonly url: string;
  /** How long it takes from a signal to the end, in milliseconds, and the exit code. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
  /** Lets everything go that waits for it. */
  release(): void;
}

export async function startShutdownServer(environment: Readonly<Record<string, string>> = {}): Promise<ShutdownServer> {
  const child = startChild(new URL("../fixtures/shutdown-server.ts", import.meta.url), environment);
  const port = Number((await child.line(/^listening/)).split(" ").at(-1));
  return {
    ...child,
    port,
    url: `http://127.0.0.1:${port}`,
    stop: async (signal = "SIGTERM") => {
      const start = performance.now();
      child.process.kill(signal);
      return { code: await child.exit, ms: performance.now() - start };
    },
    release: () => void child.process.kill("SIGUSR2"),
  };
}
