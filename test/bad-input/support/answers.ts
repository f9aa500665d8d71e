import type { App, HandlerContext } from "afterwork";
import { describe, expect, test } from "vitest";

import { bodyOf, exchange, message, startTrial, statusOf, ways, type Way } from "./trial.ts";

/** The body of every 500. */
export const internal = '{"detail":"Internal Server Error"}';

/** What a handler does, the doing, the status, the body, and words with which the failure is reported. */
export type Answer = readonly [
  what: string,
  handler: (context: HandlerContext) => unknown,
  status: number,
  body: string,
  reported?: string,
];

/** Two tests for every answer: past middleware, and behind it. */
export function testAnswers(doing: string, answers: readonly Answer[]): void {
  describe.each(ways)(`%s, a handler that ${doing}`, (way) => {
    test.each(answers.map((answer) => [answer[0], answer] as const))("%s", (_what, answer) =>
      expectAnswer(way, answer),
    );
  });
}

/** One answer and no second, one report if it is a failure, the tasks that its outcome has, and nothing else. */
async function expectAnswer(way: Way, [, handler, status, body, reported]: Answer): Promise<void> {
  const trial = await startTrial((app, notes) => define(app, handler, notes), { way });
  const received = await exchange(trial.port, message("GET /"));
  expect([statusOf(received), bodyOf(received)]).toEqual([status, body]);
  expect(received).not.toMatch(/\r\nx-injected/i);
  await trial.expectAnswering();
  await trial.app.idle();
  expect(trial.notes).toEqual(status >= 400 ? ["always"] : ["task", "always"]);
  const messages = trial.failures.map(({ error }) => (error instanceof Error ? error.message : typeof error));
  expect(messages).toEqual(reported === undefined ? [] : [expect.stringContaining(reported)]);
  expect({ lines: trial.lines, printed: trial.printed }).toEqual({ lines: [], printed: [] });
}

function define(app: App, handler: Answer[1], notes: string[]): void {
  app.get("/", {}, (context) => {
    context.background.addTask(() => void notes.push("task"));
    context.background.always.addTask(() => void notes.push("always"));
    return handler(context);
  });
}
