import { whole } from "../format.ts";
import type { Estimate } from "../statistics.ts";
import { formatTable } from "../table.ts";
import { judge, type Bound, type Verdict } from "../verdict.ts";
import type { Summary } from "./summary.ts";

export interface GoalResult {
  readonly text: string;
  readonly verdict: Verdict;
  readonly measured: Estimate | undefined;
}

export interface Goal extends Bound {
  readonly text: string;
  readonly measured: (summary: Summary) => Estimate | undefined;
}

/** Judges by the medians, and says so where the 95 % interval leaves it open. */
export function judgeGoals(goals: readonly Goal[], summary: Summary): readonly GoalResult[] {
  return goals.map((goal) => {
    const measured = goal.measured(summary);
    return { text: goal.text, verdict: judge(goal, measured), measured };
  });
}

export function formatGoals(goals: readonly GoalResult[]): string {
  const rows = goals.map(({ text, measured, verdict }) => {
    if (measured === undefined) return [text, "", "", verdict];
    const [low, high] = measured.interval;
    return [text, goalValue(measured.median), `${goalValue(low)} – ${goalValue(high)}`, verdict];
  });
  return formatTable(["Goals", "measured", "95 % interval", ""], rows);
}

function goalValue(value: Estimate["median"]): string {
  return value >= 1_000 ? whole(value) : value.toFixed(3);
}
