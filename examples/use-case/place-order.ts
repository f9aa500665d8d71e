/** Not a word of HTTP, dependencies or tasks in here: what is to be done afterwards is part of the result. */

/** What the use case needs to know of the shop. */
export interface Stock {
  take(sku: string, amount: number): number | undefined;
}

/** What was decided. */
export type OrderResult =
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "placed"; readonly left: number; readonly reorder: Reorder | undefined };

/** A purchase that should follow. */
export interface Reorder {
  readonly sku: string;
  readonly amount: number;
}

const reorderBelow = 5;
const reorderAmount = 20;

export function placeOrder(stock: Stock, sku: string, amount: number): OrderResult {
  const left = stock.take(sku, amount);
  if (left === undefined) return { kind: "refused", reason: `there are not ${amount} of ${sku} left` };
  const reorder = left < reorderBelow ? { sku, amount: reorderAmount } : undefined;
  return { kind: "placed", left, reorder };
}
