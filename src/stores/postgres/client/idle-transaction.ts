/** Below this, a process that is busy with something else would lose transactions. */
const leastMs = 2_000;

/**
 * Has the server end the connection whose transaction is open, once it has heard nothing for so long: where a machine or its
 * network is gone without a word, it would hold its locks until TCP gives up, two hours later by default.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT
 */
export function endedWhenIdle(ms: number): string {
  return `set local idle_in_transaction_session_timeout = ${Math.ceil(Math.max(ms, leastMs))}`;
}
