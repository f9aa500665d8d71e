/** Next calls it when its server starts, also for the runtime at the edge, which has no databases. */
export async function register(): Promise<void> {
  if (process.env["NEXT_RUNTIME"] !== "nodejs") return;
  const { work } = await import("./work.ts");
  await work.attach();
}
