import { AfterworkError, messageOf } from "../../../base/errors.ts";
import { StoreFaultError } from "../../contract/store-fault-error.ts";
import { meaningOf } from "./sql-states.ts";

/** What is read of the errors of the clients: SQLSTATEs and those of Node come under the same name. */
interface ClientError {
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly routine?: unknown;
  readonly constraint?: unknown;
  /** postgres.js's name for it. */
  readonly constraint_name?: unknown;
}

const passingCodes: ReadonlySet<string> = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  // A socket in the file system goes with its server, and a name in the DNS of a cluster with what it names.
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  "ETIMEDOUT",
]);

/** What pg and pg-pool throw without any code. */
const lostConnection =
  /^(Connection terminated|timeout expired|timeout exceeded|Query read timeout|Client has encountered a connection error|Client was closed|There was an error establishing an SSL)/;
const ended = /^(Cannot use a pool after calling end|PGlite is clos|Transaction is closed)/;
const untrusted = /^(CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|HOSTNAME_MISMATCH|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL_|EPROTO$)/;
const url = /\b[a-z][a-z+.-]*:\/\/\S+/gi;

/**
 * What a client threw, told by what to do about it. An error of our own comes back as it is.
 *
 * @param place Where it came from, without any secret: `PostgreSQL at 127.0.0.1:5432/test`.
 */
export function toFault(error: unknown, place: string): AfterworkError {
  if (error instanceof AfterworkError) return error;
  const source = sourceOf(error);
  const state = sqlStateOf(source);
  return state === undefined ? clientFault(source, place) : serverFault(source, { state, place });
}

/** A fault of which only we know: it took too long. */
export function lateFault(place: string, what: string): StoreFaultError {
  return new StoreFaultError(`${place}: ${what}`, { passing: true });
}

/** The five characters by which the server says what is wrong; `undefined` for what did not come from it. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as ClientError | null)?.code;
  // EPIPE is Node's, and P2010 one of Prisma's.
  return typeof code === "string" && /^(?!E[A-Z]|P[1-9])[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Is the connection of no use any more? */
export function endsConnection(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined || /^(08|57P|58|XX|25P03|25P04)/.test(state);
}

/** Is the connection alive, but maybe to a server that is not the right one any more, as after a failover? */
export function isReadOnly(error: unknown): boolean {
  return sqlStateOf(error) === "25006";
}

/** Drizzle wraps errors in one whose message holds the whole statement; what it wraps has a code. */
function sourceOf(error: unknown): unknown {
  for (let source = error; source instanceof Error; source = source.cause) {
    if (typeof (source as ClientError).code === "string") return source;
  }
  return error;
}

function serverFault(error: unknown, { state, place }: { readonly state: string; readonly place: string }) {
  const { constraint, constraint_name: name, routine } = error as ClientError;
  const { advice, passing, quotable } = meaningOf(state);
  const rule = constraint ?? name;
  const words = quotable ? `: ${withoutUrls(messageOf(error))}` : "";
  const broken = typeof rule === "string" ? `: ${rule}` : "";
  // A plan that was kept from before a migration; it is made anew after this.
  const stalePlan = state === "0A000" && routine === "RevalidateCachedQuery";
  const message = `${place}: ${advice} (${state}${words}${broken})`;
  return new StoreFaultError(message, { passing: passing || stalePlan, cause: error, details: { sqlState: state } });
}

function clientFault(error: unknown, place: string): StoreFaultError {
  const words = withoutUrls(messageOf(error));
  const { code } = (error ?? {}) as ClientError;
  const name = typeof code === "string" ? code : words;
  if (passingCodes.has(name) || lostConnection.test(words)) {
    return fault(`the connection to it was lost, or could not be made (${name})`, true);
  }
  if (ended.test(words) || name === "CONNECTION_ENDED") return fault(`its client has been closed (${words})`, false);
  if (untrusted.test(name)) return fault(`its certificate is not accepted (${name}: ${words})`, false);
  return fault(`its client failed (${words})`, false);

  function fault(what: string, passing: boolean): StoreFaultError {
    return new StoreFaultError(`${place}: ${what}`, { passing, cause: error, details: { code: code ?? null } });
  }
}

function withoutUrls(text: string): string {
  return text.replace(url, "(a URL)");
}
