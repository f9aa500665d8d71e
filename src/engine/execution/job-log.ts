import type { Log, LogFields } from "../../base/log.ts";
import { messageOf } from "../../base/errors.ts";

/** Who keeps the lines of a job. */
export interface JobLogHost {
  readonly log: Log;
  readonly fields: LogFields;
  readonly keep: (line: string) => void;
}

/** A log whose lines are also kept with the job. */
export function jobLog({ log, fields, keep }: JobLogHost): Log {
  const at =
    (level: keyof Log) =>
    (message: string, more?: LogFields): void => {
      log[level](message, { ...fields, ...more });
      keep(lineOf(level, message, more));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** In UTF-16 units, of which each takes six bytes at most. A store keeps 64 KiB of a line. */
const longestLine = 10_000;

/** Of what is too long the beginning of the message is kept. */
function lineOf(level: keyof Log, message: string, fields: LogFields | undefined): string {
  const line = textOf({ level, message, ...(fields === undefined ? {} : { fields }) });
  return line.length <= longestLine ? line : textOf({ level, message: `${message.slice(0, longestLine)}…` });
}

function textOf(line: { readonly level: keyof Log; readonly message: string; readonly fields?: LogFields }): string {
  try {
    return JSON.stringify(line, plainer);
  } catch (error) {
    return JSON.stringify({ ...line, fields: { unprintable: messageOf(error) } });
  }
}

/** Errors have no enumerable members, and a bigint makes `JSON.stringify` throw. */
function plainer(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message };
  return typeof value === "bigint" ? String(value) : value;
}
