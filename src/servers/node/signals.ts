import type { Shutdown } from "./shutdown.ts";

const signals = ["SIGTERM", "SIGINT"] as const;

/**
 * Shuts down on the first signal, hurries on the second, and ends the process: with 0, or with 1 when tasks were
 * abandoned or the shutdown itself failed. The function returned stops listening.
 */
export function handleSignals(shutdown: Shutdown): () => void {
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count > 1) return shutdown.hurry();
    void shutdown.run().then(
      (abandoned) => process.exit(abandoned.length > 0 ? 1 : 0),
      (error: unknown) => {
        console.error("the shutdown failed", error);
        process.exit(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
