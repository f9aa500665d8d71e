/** The command can't be meant like that. The message names what was expected; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
