/** Where a stored job stands. What is due later, or again after a failure, is `queued` as well. */
export type JobState = "queued" | "waiting" | "running" | "succeeded" | "failed" | "cancelled" | "expired";

/** From where to where a job may move, and what moves it. */
export interface Transition {
  /** `new`: it has not been stored yet. */
  readonly from: JobState | "new";
  readonly to: JobState;
  readonly by: string;
}

/** Every transition that there is. Stores make these and no others. */
export const transitions: readonly Transition[] = [
  { from: "new", to: "queued", by: "enqueue" },
  { from: "new", to: "waiting", by: "enqueue with parents" },
  { from: "waiting", to: "queued", by: "all parents succeeded" },
  { from: "waiting", to: "failed", by: "a parent failed" },
  { from: "waiting", to: "cancelled", by: "cancel, or a parent was cancelled" },
  { from: "waiting", to: "expired", by: "expiresAt, or a parent expired" },
  { from: "queued", to: "running", by: "claim" },
  { from: "queued", to: "cancelled", by: "cancel" },
  { from: "queued", to: "expired", by: "expiresAt" },
  { from: "running", to: "succeeded", by: "success" },
  { from: "running", to: "failed", by: "failure, or crash, without attempts left" },
  { from: "running", to: "cancelled", by: "cancel" },
  { from: "running", to: "queued", by: "retry, crash, snooze, sleep or release" },
  { from: "failed", to: "queued", by: "retry" },
  { from: "cancelled", to: "queued", by: "retry" },
  { from: "expired", to: "queued", by: "retry" },
  { from: "failed", to: "waiting", by: "retry of a parent" },
  { from: "cancelled", to: "waiting", by: "retry of a parent" },
  { from: "expired", to: "waiting", by: "retry of a parent" },
];

const allowed: ReadonlySet<string> = new Set(transitions.map(({ from, to }) => `${from} ${to}`));

/** May a job move so? Staying where it is, is no move. */
export function isAllowed(from: Transition["from"], to: JobState): boolean {
  return allowed.has(`${from} ${to}`);
}

/** Has it ended? A retry may still begin it anew. Takes statuses as they are shown, too. */
export function isTerminal(status: string): status is "succeeded" | "failed" | "cancelled" | "expired" {
  return status === "succeeded" || status === "failed" || status === "cancelled" || status === "expired";
}

/** The table as a Mermaid state diagram. @see https://mermaid.js.org/syntax/stateDiagram.html */
export function stateDiagram(): string {
  const arrows = transitions.map(({ from, to, by }) => `  ${from === "new" ? "[*]" : from} --> ${to}: ${by}`);
  return ["stateDiagram-v2", ...arrows].join("\n");
}
