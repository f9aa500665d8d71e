import type { Log, LogFields } from "afterwork";

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A log that keeps its lines. */
export class MemoryLog implements Log {
  readonly lines: LogLine[] = [];

  debug = (message: string, fields?: LogFields): void => void this.lines.push({ level: "debug", message, fields });
  info = (message: string, fields?: LogFields): void => void this.lines.push({ level: "info", message, fields });
  warn = (message: string, fields?: LogFields): void => void this.lines.push({ level: "warn", message, fields });
  error = (message: string, fields?: LogFields): void => void this.lines.push({ level: "error", message, fields });

  messages(level: keyof Log): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}
