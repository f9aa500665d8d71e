/** What a child process says. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly result: unknown }
  | { readonly type: "failed"; readonly message: string };

/** Plays the role that the command line of a child process names, with the settings there; answers once. */
export async function playRole<Settings>(
  roles: Readonly<Record<string, (settings: Settings) => Promise<unknown>>>,
): Promise<void> {
  const [role = "", settings = ""] = process.argv.slice(2);
  // Nobody is left to measure for.
  process.on("disconnect", () => process.exit(1));
  try {
    tell({ type: "result", result: await roles[role]?.(JSON.parse(settings) as Settings) });
  } catch (error) {
    tell({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  process.removeAllListeners("disconnect");
  process.removeAllListeners("message");
  process.disconnect();
}

/** To the process that started this one. */
export function tell(message: ChildMessage): void {
  process.send?.(message);
}
