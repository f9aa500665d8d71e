/** What is wrong with a form: it decides the status of the answer (413, 413, 422, 415). */
export type FormFault = "too-large" | "too-many" | "malformed" | "media-type";

/**
 * Thrown for a form that the client sent wrongly or too large. The message says what was expected, in words fit for the
 * client. Nothing of the form is left on disk by then.
 */
export class FormError extends Error {
  readonly kind: FormFault;
  /** The name of the field at fault, where it is known. */
  readonly field: string | undefined;

  constructor(kind: FormFault, message: string, field?: string) {
    super(message);
    this.name = "FormError";
    this.kind = kind;
    this.field = field;
  }
}
