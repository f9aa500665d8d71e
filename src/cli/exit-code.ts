/** What the command line ends with. */
export const exitCode = {
  /** All went well: what ran has ended, or was handed back. */
  fine: 0,
  /** It could not start or failed while it ran, or a job did not stop in time. */
  failed: 1,
  /** Wrong usage: an unknown option, a value out of range, a file that isn't there, a module without an engine. */
  usage: 2,
  /** `migrate --plan` has found something to do. */
  pending: 3,
} as const;
