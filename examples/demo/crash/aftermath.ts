import type { Order } from "./orders.ts";

/** A job as the server's `/jobs` shows it. */
export interface ShownJob {
  readonly id: string;
  readonly task: string;
  readonly status: string;
  readonly attempt: number;
  readonly failures: readonly { readonly crashed: boolean; readonly error: { readonly message: string } }[];
}

/** What has become of a request that was accepted. */
export interface Aftermath {
  readonly order: Order;
  /** The status of its job, when that has ended. */
  readonly status: string;
  /** How often its effect is there. */
  readonly effects: number;
}

const longestWait = "20s";

/** Waits for the end of all their jobs, and looks at their effects. In the order of the requests. */
export function aftermathOf(url: string, orders: readonly Order[]): Promise<readonly Aftermath[]> {
  return Promise.all(
    orders.map(async (order) => {
      const { kind, number, answer } = order;
      const { status } = await get<{ status: string }>(`${url}/jobs/${answer.job}/result?wait=${longestWait}`);
      return { order, status, effects: await kind.effects(number, answer) };
    }),
  );
}

/** Every job of the server, those included that only a chain knows. */
export async function jobsOf(url: string): Promise<readonly ShownJob[]> {
  return (await get<{ jobs: readonly ShownJob[] }>(`${url}/jobs?limit=1000`)).jobs;
}

async function get<Value>(url: string): Promise<Value> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  return (await response.json()) as Value;
}
