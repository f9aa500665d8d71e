import { aBoolean, checkOptions, strings, wholeNumber, type OptionRule } from "../../base/options.ts";

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

const mediaTypeForm = /^[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+)$/;

const mediaTypes: OptionRule = {
  expected: "a list of media types such as image/png or image/*",
  accepts: (value) =>
    Array.isArray(value) && value.length > 0 && strings.accepts(value) && value.every((one) => mediaTypeForm.test(one)),
};

/** @throws {InvalidOptionError} */
export function checkFileOptions(options: FileOptions): void {
  checkOptions("file", options, {
    maxSize: wholeNumber(1),
    maxCount: wholeNumber(1),
    types: mediaTypes,
    optional: aBoolean,
  });
}

/** Is a media type one of those accepted? Its parameters and its case do not count. */
export function acceptsType(types: readonly string[], type: string): boolean {
  const [sent = ""] = type.toLowerCase().split(";", 1);
  return types.some((one) => {
    const wanted = one.toLowerCase();
    return wanted.endsWith("/*") ? sent.startsWith(wanted.slice(0, -1)) : wanted === sent.trim();
  });
}
