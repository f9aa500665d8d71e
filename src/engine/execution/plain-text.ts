import { InvalidResultError, pathText } from "../../tasks/payload-errors.ts";
import { faultOf, type JsonFault } from "../../tasks/plain-json.ts";

/** What is shown to people need not be large. */
const maxBytes = 32 * 1024;

/** Plain JSON as text, without the codec of a task: readers of progress don't know tasks. @throws {InvalidResultError} */
export function plainText(task: string, value: unknown, what: string): string {
  const fault = faultOf(value ?? null, maxBytes) ?? tooLarge(JSON.stringify(value ?? null));
  if (fault === undefined) return JSON.stringify(value ?? null);
  const place = fault.path.length === 0 ? what : `${what} (${pathText(fault.path)})`;
  const got = fault.tooLarge === true ? `more than ${maxBytes} bytes` : fault.got;
  throw new InvalidResultError(task, `${place}: expected plain JSON, got ${got}`);
}

function tooLarge(text: string): JsonFault | undefined {
  if (Buffer.byteLength(text) <= maxBytes) return undefined;
  return { path: [], got: "", instead: "", tooLarge: true };
}
