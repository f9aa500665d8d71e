import type { Outcome, SettleAnswer } from "../contract/outcome.ts";
import { tokenNumber } from "../contract/token-number.ts";
import { plainArray, textArray } from "./array-literal.ts";
import type { Row, Value } from "./client/database.ts";

/** The parameters of `settle`, and which outcome stands at which of its places. */
export interface SettleCall {
  readonly values: readonly Value[];
  /** The index of the outcome at each place. */
  readonly places: readonly number[];
}

/**
 * Plain successes go as lists in the order of their ids, so that two calls lock in the same order; others as JSON after them,
 * in their own order. What spawns jobs may depend on those before it, so then all go in their own order.
 */
export function settleCall(outcomes: readonly Outcome[]): SettleCall {
  const plain: number[] = [];
  const others: number[] = [];
  const seen = new Set<string>();
  const inOrder = outcomes.some((outcome) => outcome.kind === "succeeded" && outcome.spawned !== undefined);
  for (const [index, { kind, id }] of outcomes.entries()) {
    // Said twice, it is answered twice.
    const isPlain = kind === "succeeded" && !inOrder && !seen.has(id);
    seen.add(id);
    (isPlain ? plain : others).push(index);
  }
  plain.sort((a, b) => (idAt(outcomes, a) < idAt(outcomes, b) ? -1 : 1));
  return {
    values: [
      plainArray(plain.map((index) => idAt(outcomes, index))),
      plainArray(plain.map((index) => tokenNumber(outcomes[index]?.token ?? ""))),
      textArray(plain.map((index) => resultOf(outcomes[index]))),
      others.length === 0 ? null : JSON.stringify(others.map((index) => sent(outcomes[index] as Outcome))),
    ],
    places: [...plain, ...others],
  };
}

/** The answers in the order of the outcomes, and whether there is something new to claim. */
export function settleAnswers(
  { places }: SettleCall,
  rows: readonly Row[],
): { readonly answers: readonly SettleAnswer[]; readonly jobs: boolean } {
  const answers: SettleAnswer[] = places.map(() => "applied");
  let jobs = false;
  for (const row of rows) {
    const place = row["place"];
    if (typeof place === "number") answers[places[place - 1] ?? -1] = row["answer"] as SettleAnswer;
    else jobs = true;
  }
  return { answers, jobs };
}

function idAt(outcomes: readonly Outcome[], index: number): string {
  return outcomes[index]?.id ?? "";
}

function resultOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.kind === "succeeded" ? outcome.result : undefined;
}

/** Errors are kept as texts, and tokens as numbers. */
function sent(outcome: Outcome): object {
  const token = tokenNumber(outcome.token);
  return "error" in outcome && outcome.error !== undefined
    ? { ...outcome, token, error: JSON.stringify(outcome.error) }
    : { ...outcome, token };
}
