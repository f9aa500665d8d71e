/** Throws what went wrong, if anything did. @throws {AggregateError} when there is more than one error. */
export function raise(errors: readonly unknown[]): void {
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} errors in one request and its tasks`);
  if (errors.length === 1) throw errors[0];
}
