import { aBoolean, checkOptions, strings, wholeNumber } from "../../base/options.ts";

/** What a file parameter accepts. */
export interface FileOptions {
  /** The largest file in bytes; a larger one is answered 413. Default 32 MiB. */
  readonly maxSize?: number;
  /** How many files `file.all` takes. Default 20. */
  readonly maxCount?: number;
  /** Media types, such as `image/png` or `image/*`, as the client names them. Default: all. */
  readonly types?: readonly string[];
  /** May it be left out? Then the value is `undefined`. Default false. */
  readonly optional?: boolean;
}

export const defaultFileSize: number = 32 * 1024 * 1024;
export const defaultFileCount = 20;

/** @throws {InvalidOptionError} */
export function checkFileOptions(options: FileOptions): void {
  checkOptions("file", options, {
    maxSize: wholeNumber(1),
    maxCount: wholeNumber(1),
    types: strings,
    optional: aBoolean,
  });
}

/** Is a media type one of those accepted? */
export function acceptsType(types: readonly string[], type: string): boolean {
  return types.some((one) => one === type || (one.endsWith("/*") && type.startsWith(one.slice(0, -1))));
}
