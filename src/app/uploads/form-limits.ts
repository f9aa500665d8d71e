/** How much of a form is taken in. Sizes are bytes, and what is exactly as large as its limit still passes. */
export interface FormLimits {
  /** The whole body, boundaries and headers included. */
  readonly bodyLimit: number;
  /** One file. Default: as large as the body may be. */
  readonly maxFileSize?: number | undefined;
  /** Files that were really chosen; empty file inputs don't count. Default: 20. */
  readonly maxFiles?: number | undefined;
  /** Fields that aren't files. Default: 1000. */
  readonly maxFields?: number | undefined;
  /** The value of one field that isn't a file; these are kept in memory. Default: 1 MiB. */
  readonly maxFieldSize?: number | undefined;
  /** Headers of one part. Default: 20; a browser sends two. */
  readonly maxHeaderPairs?: number | undefined;
}

/** The limits of one form, each of them known. */
export type AllFormLimits = { readonly [Limit in keyof FormLimits]-?: number };

/** Fills in the defaults. */
export function allFormLimits(limits: FormLimits): AllFormLimits {
  return {
    bodyLimit: limits.bodyLimit,
    maxFileSize: limits.maxFileSize ?? limits.bodyLimit,
    maxFiles: limits.maxFiles ?? 20,
    maxFields: limits.maxFields ?? 1_000,
    maxFieldSize: limits.maxFieldSize ?? 1_048_576,
    maxHeaderPairs: limits.maxHeaderPairs ?? 20,
  };
}
