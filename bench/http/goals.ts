import type { Bound, Verdict } from "../verdict.ts";
import { judge } from "../verdict.ts";
import type { Estimate } from "../statistics.ts";
import type { TargetSummary } from "./summary.ts";

export interface GoalResult {
  readonly text: string;
  readonly verdict: Verdict;
  readonly measured: Estimate | undefined;
}

interface Goal extends Bound {
  readonly text: string;
  measured(summary: TargetSummary): Estimate | undefined;
}

const goals: readonly Goal[] = [
  {
    text: "at least 0.95 of Hono doing the same work by hand",
    bound: 0.95,
    below: false,
    measured: ({ against }) => against["hono"],
  },
  {
    text: "more than 3.5 × FastAPI with an async task",
    bound: 3.5,
    below: false,
    measured: ({ against }) => against["fastapi"],
  },
  { text: "a task costs at most 3 %", bound: 0.03, below: true, measured: ({ taskCost }) => taskCost },
  {
    text: "p99 at most 1.2 × Fastify's",
    bound: 1.2,
    below: true,
    measured: ({ p99AgainstFastify }) => p99AgainstFastify,
  },
  {
    text: "stretch: at least 0.9 of raw node:http",
    bound: 0.9,
    below: false,
    measured: ({ against }) => against["raw"],
  },
  { text: "stretch: level with Fastify", bound: 1, below: false, measured: ({ against }) => against["fastify"] },
];

/** Judges Afterwork's route with a task by the medians, and says so where the 95 % interval leaves it open. */
export function judgeGoals(summaries: readonly TargetSummary[]): readonly GoalResult[] {
  const afterwork = summaries.find((summary) => summary.name === "afterwork");
  if (afterwork === undefined) return [];
  return goals.map((goal) => {
    const measured = goal.measured(afterwork);
    return { text: goal.text, verdict: judge(goal, measured), measured };
  });
}
