import type { Shutdown } from "./shutdown.ts";

const signals = ["SIGTERM", "SIGINT"] as const;

/** What is shut down by the next signal: the process is one, however many servers it has. */
const shutdowns = new Set<Shutdown>();
let isEnding = false;

/**
 * Shuts down on the first signal, hurries on the second, and ends the process when all have been shut down that are to be:
 * with 0, or with 1 when tasks were abandoned or a shutdown itself failed. The function returned stops listening.
 */
export function handleSignals(shutdown: Shutdown): () => void {
  if (shutdowns.size === 0) for (const signal of signals) process.on(signal, onSignal);
  shutdowns.add(shutdown);
  return () => {
    // While the process ends, the second signal is still to be heard.
    if (!isEnding && shutdowns.delete(shutdown) && shutdowns.size === 0) {
      for (const signal of signals) process.off(signal, onSignal);
    }
  };
}

function onSignal(): void {
  if (isEnding) for (const shutdown of shutdowns) shutdown.hurry();
  else void endProcess();
  isEnding = true;
}

async function endProcess(): Promise<void> {
  const clean = await Promise.all([...shutdowns].map(isClean));
  process.exit(clean.every(Boolean) ? 0 : 1);
}

async function isClean(shutdown: Shutdown): Promise<boolean> {
  try {
    return (await shutdown.runAll()).length === 0;
  } catch (error) {
    console.error("the shutdown failed", error);
    return false;
  }
}
