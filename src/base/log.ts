import { aFunction, anObject, type OptionRule } from "./options.ts";

/** Where Afterwork writes what nobody listens to. `console`, pino-like loggers behind three lines, or your own. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Facts beside a message. An error goes under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The rule for options that take a {@link Log}. */
export const aLog: OptionRule = {
  expected: "an object with the functions debug, info, warn and error",
  accepts: (value) =>
    anObject.accepts(value) &&
    ["debug", "info", "warn", "error"].every((level) => aFunction.accepts((value as Record<string, unknown>)[level])),
};

/** The default: warnings and errors on stderr, information on stdout, nothing for `debug`. */
export const consoleLog: Log = {
  debug: () => {},
  info: (message, fields) => write(console.info, message, fields),
  warn: (message, fields) => write(console.warn, message, fields),
  error: (message, fields) => write(console.error, message, fields),
};

function write(print: (...parts: unknown[]) => void, message: string, fields: LogFields | undefined): void {
  if (fields === undefined) print(message);
  else print(message, fields);
}

/** The same log, with `fields` added to every line. */
export function withFields(log: Log, fields: LogFields): Log {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}

/** The same log. What it throws itself goes to the console: no request and no task ends for the sake of a line. */
export function guardLog(log: Log): Log {
  const guard =
    (level: keyof Log) =>
    (message: string, fields?: LogFields): void => {
      try {
        log[level](message, fields);
      } catch (error) {
        console.error(`the log failed with ${JSON.stringify(message)}`, error);
      }
    };
  return { debug: guard("debug"), info: guard("info"), warn: guard("warn"), error: guard("error") };
}
