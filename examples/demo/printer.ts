import { styleText } from "node:util";

/** In characters, so that both times end in one column; a path with a UUID fits. */
const width = { request: 52, task: 45 };

/** Writes the tour to a terminal, or as plain text to anything else. */
export const printer = {
  line(text = ""): void {
    console.log(text);
  },

  scenario(number: number, title: string): void {
    console.log(`\n${styleText("bold", `${String(number).padStart(2)}  ${title}`)}`);
  },

  request(request: { method: string; path: string; status: number; ms: number }): void {
    const what = `${request.method.padEnd(4)} ${request.path}`.padEnd(width.request);
    const status = styleText(request.status < 400 ? "green" : "yellow", String(request.status));
    console.log(`    ${what} ${status} ${inMs(request.ms)}`);
  },

  task(task: { name: string; ok: boolean; attempts: number; ms: number }): void {
    const outcome = task.ok ? styleText("green", "ok    ") : styleText("red", "failed");
    const attempts = task.attempts > 1 ? `  (attempt ${task.attempts})` : "";
    console.log(`      └ ${task.name.padEnd(width.task)} ${outcome} ${inMs(task.ms, "+")}${attempts}`);
  },

  retry(task: { name: string; attempt: number; delayMs: number }): void {
    const again = `again in ${task.delayMs.toFixed(0)} ms`;
    console.log(`      └ ${task.name.padEnd(width.task)} ${styleText("yellow", "failed")}   ${again}`);
  },

  verified(text: string): void {
    console.log(`    ${styleText("green", "✓")} ${text}`);
  },

  failed(text: string): void {
    console.log(`    ${styleText("red", "✗")} ${text}`);
  },
};

function inMs(ms: number, sign = ""): string {
  return `${sign}${ms.toFixed(1)} ms`.padStart(11);
}
