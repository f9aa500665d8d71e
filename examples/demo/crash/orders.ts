import { printer } from "../printer.ts";
import type { Answer, Kind } from "./kinds.ts";

/** A request that was answered. */
export interface Order {
  readonly kind: Kind;
  readonly number: number;
  readonly status: number;
  readonly ms: number;
  readonly answer: Answer;
}

const inFlight = 8;

/** Sends all of all kinds, one of each in turn. */
export async function sendAll(url: string, kinds: readonly Kind[]): Promise<readonly Order[]> {
  const most = Math.max(...kinds.map(({ count }) => count));
  const numbers = Array.from({ length: most }, (_, index) => index + 1);
  const wanted = numbers.flatMap((number) =>
    kinds.filter(({ count }) => number <= count).map((kind) => ({ kind, number })),
  );
  const orders: Order[] = [];
  const next = wanted.values();
  const sendNext = async (): Promise<void> => {
    for (const { kind, number } of next) orders.push(await send(url, kind, number));
  };
  await Promise.all(Array.from({ length: inFlight }, sendNext));
  for (const kind of kinds) printOrders(orders.filter((order) => order.kind === kind));
  return orders;
}

async function send(url: string, kind: Kind, number: number): Promise<Order> {
  const start = performance.now();
  const signal = AbortSignal.timeout(20_000);
  const response = await fetch(url + kind.path, { method: "POST", signal, ...kind.request(number) });
  const answer = (await response.json()) as Answer;
  return { kind, number, status: response.status, ms: performance.now() - start, answer };
}

/** One line for all of a kind: the highest status, and the longest wait. */
function printOrders(orders: readonly Order[]): void {
  const [first] = orders;
  if (first === undefined) return;
  const status = Math.max(...orders.map((order) => order.status));
  const ms = Math.max(...orders.map((order) => order.ms));
  printer.request({ method: "POST", path: `${first.kind.path} × ${orders.length}, the slowest`, status, ms });
}
