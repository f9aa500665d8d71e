import type { ErrorExtras } from "../../base/errors.ts";
import { UnavailableError } from "../../base/unavailable-error.ts";

/** What a store failed with. Code `STORE_FAULT`; over HTTP a 503 with `Retry-After`. */
export class StoreFaultError extends UnavailableError {
  /** May the same call succeed in a moment? A locked file and a lost connection do; a full disk and a corrupt file don't. */
  readonly passing: boolean;

  constructor(message: string, options: ErrorExtras & { readonly passing?: boolean } = {}) {
    super("STORE_FAULT", message, options);
    this.passing = options.passing ?? false;
  }
}

/** Is it a fault of a store that may pass? */
export function isPassingFault(error: unknown): boolean {
  return error instanceof StoreFaultError && error.passing;
}
