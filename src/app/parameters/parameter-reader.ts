import { AfterworkError } from "../../base/errors.ts";
import { isPromiseLike } from "../../base/promises.ts";
import { DependencyDefinitionError } from "../../dependencies/definition-errors.ts";
import type { PlannedParameter } from "../../dependencies/plan.ts";
import type { Form } from "../uploads/form-draft.ts";
import type { RequestSource } from "../request/request-source.ts";
import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";
import { faultsOf, furtherFaults, missing, RequestValidationError, type Fault } from "./fault.ts";
import type { FormRoom } from "./form-body.ts";
import { parsedForm } from "./parsed-form.ts";
import { checkJsonType, readBodyText, refuseUnread, toJsonBody, type JsonBody } from "./json-body.ts";
import { nameInRequest, type RequestParameter } from "./parameter.ts";

/** What a reader needs of the request at hand. */
export interface ReadHost {
  readonly source: RequestSource;
  /** Where the values go, by slot. */
  readonly values: unknown[];
  readonly responseDraft: unknown;
  /** Files that were uploaded, to be removed at the end of the request. */
  keepForm(form: Form): void;
}

/** One parameter, with all decided that can be decided before there is a request. */
interface Reading {
  readonly parameter: RequestParameter;
  readonly name: string;
  readonly slot: number;
  readonly loc: Fault["loc"];
}

/** Reads and judges the parameters of one stage together. */
export class ParameterReader {
  readonly #plain: readonly Reading[];
  readonly #bodies: readonly Reading[];
  readonly #fields: readonly Reading[];
  readonly #room: FormRoom;

  /** @throws {DependencyDefinitionError} when both a JSON body and a form are asked for. */
  constructor(parameters: readonly PlannedParameter[], owner: string, bodyLimit: number) {
    const readings = parameters.map(toReading);
    for (const reading of readings) checkName(reading, owner);
    this.#bodies = readings.filter(({ parameter }) => parameter.place === "body");
    this.#fields = readings.filter(({ parameter }) => parameter.place === "form" || parameter.place === "file");
    this.#plain = readings.filter(({ parameter }) => !parameter.readsBody);
    if (this.#bodies.length > 0 && this.#fields.length > 0) {
      throw new DependencyDefinitionError(
        `${owner}: a request has one body; it can't be JSON (body) and a form (form, file)`,
      );
    }
    const files = this.#fields.filter(({ parameter }) => parameter.place === "file");
    this.#room = {
      bodyLimit,
      files: files.map(({ name, parameter }) => ({ name, list: parameter.list, options: parameter.file ?? {} })),
    };
  }

  /** Nothing to read? */
  get empty(): boolean {
    return this.#plain.length + this.#bodies.length + this.#fields.length === 0;
  }

  /**
   * A promise only if a body or an asynchronous schema is involved.
   *
   * @throws {RequestValidationError} with all faults.
   */
  read(host: ReadHost): undefined | Promise<void> {
    const judging = new Judging(host.values);
    for (const reading of this.#plain) readPlain(reading, host, judging);
    if (this.#bodies.length > 0) return this.#readBody(host, judging);
    if (this.#fields.length > 0) return this.#readForm(host, judging);
    return judging.end();
  }

  /** One promise behind that of the text: each further one would cost every request with a body. */
  #readBody({ source }: ReadHost, judging: Judging): undefined | Promise<void> {
    const { parsed } = source;
    if (parsed !== undefined) return this.#judgeBodies({ kind: "json", value: parsed.value }, judging);
    const type = checkJsonType(source);
    const judge = (text: string): undefined | Promise<void> => this.#judgeBodies(toJsonBody(text, type), judging);
    return readBodyText(source, this.#room.bodyLimit).then(judge, refuseUnread);
  }

  #judgeBodies(read: JsonBody, judging: Judging): undefined | Promise<void> {
    for (const reading of this.#bodies) judgeBody(reading, read, judging);
    return judging.end();
  }

  async #readForm(host: ReadHost, judging: Judging): Promise<void> {
    const { source } = host;
    const { parsed } = source;
    const form =
      parsed === undefined
        ? await readForm(source, this.#room)
        : parsedForm(parsed, this.#room, source.header("content-type"));
    if (form !== undefined) host.keepForm(form);
    for (const reading of this.#fields) readField(reading, form, judging);
    return judging.end();
  }
}

/** An eighth of what an adapter brings along is for forms, which most APIs never see. */
async function readForm(source: RequestSource, room: FormRoom): Promise<Form | undefined> {
  const { readFormBody } = await import("./form-body.ts");
  return readFormBody(source, room);
}

function toReading({ parameter, name: inputName, slot }: PlannedParameter): Reading {
  const requested = parameter as RequestParameter;
  const name = nameInRequest(requested, inputName);
  const { place } = requested;
  const loc = place === "body" ? ["body"] : [place === "form" || place === "file" ? "body" : place, name];
  return { parameter: requested, name, slot, loc };
}

const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** @see RFC 9110, section 5.6.2 */
function checkName({ parameter, name }: Reading, owner: string): void {
  if ((parameter.place !== "header" && parameter.place !== "cookie") || token.test(name)) return;
  const message = `${owner}: expected the name of a ${parameter.place}, got ${JSON.stringify(name)}`;
  throw new AfterworkError("INVALID_DEFINITION", message);
}

/** A body of 1 MiB can have half a million faults, and an answer that tells them all would be a hundred times as large. */
const mostFaults = 100;

/** The values and faults of one stage; schemas may take their time. */
class Judging {
  readonly #values: unknown[];
  readonly #faults: Fault[] = [];
  #untold = 0;
  #waiting: Promise<void>[] | undefined;

  constructor(values: unknown[]) {
    this.#values = values;
  }

  accept(reading: Reading, value: unknown): void {
    this.#values[reading.slot] = value;
  }

  refuse(fault: Fault): void {
    if (this.#faults.length < mostFaults) this.#faults.push(fault);
    else this.#untold += 1;
  }

  /** Has the schema judge the input; without a schema it must be there. */
  judge(reading: Reading, input: unknown): void {
    const { schema } = reading.parameter;
    if (schema !== undefined) this.#validate(schema, reading.loc, input, (value) => this.accept(reading, value));
    else if (input === undefined) this.refuse(missing(reading.loc));
    else this.accept(reading, input);
  }

  /** Has the schema judge every item of a list. */
  judgeAll(reading: Reading, inputs: readonly string[]): void {
    const { schema } = reading.parameter;
    const values: unknown[] = [...inputs];
    this.accept(reading, values);
    if (schema === undefined) return;
    for (const [index, input] of inputs.entries()) {
      this.#validate(schema, [...reading.loc, index], input, (value) => (values[index] = value));
    }
  }

  #validate(schema: StandardSchemaV1, loc: Fault["loc"], input: unknown, accept: (value: unknown) => void): void {
    const take = (result: StandardSchemaV1.Result<unknown>): void => {
      if (result.issues === undefined) accept(result.value);
      else this.#refuseIssues(result.issues, loc, input);
    };
    const result = schema["~standard"].validate(input);
    if (isPromiseLike(result)) this.#wait(Promise.resolve(result).then(take));
    else take(result);
  }

  #refuseIssues(issues: readonly StandardSchemaV1.Issue[], loc: Fault["loc"], input: unknown): void {
    const told = issues.slice(0, mostFaults);
    for (const fault of faultsOf(told, loc, input)) this.refuse(fault);
    this.#untold += issues.length - told.length;
  }

  /** Something else may fail first, and then nobody looks at this any more. */
  #wait(judged: Promise<void>): void {
    judged.catch(() => {});
    (this.#waiting ??= []).push(judged);
  }

  end(): undefined | Promise<void> {
    if (this.#waiting !== undefined) return Promise.all(this.#waiting).then(() => this.#throwFaults());
    return this.#throwFaults();
  }

  #throwFaults(): undefined {
    if (this.#untold > 0) this.#faults.push(furtherFaults(this.#untold));
    if (this.#faults.length > 0) throw new RequestValidationError(this.#faults);
    return undefined;
  }
}

function readPlain(reading: Reading, host: ReadHost, judging: Judging): void {
  const { source } = host;
  const { name, parameter } = reading;
  switch (parameter.place) {
    case "path":
      return judging.judge(reading, source.path(name));
    case "query":
      return parameter.list
        ? judging.judgeAll(reading, source.query(name))
        : judgeOne(reading, source.query(name), judging);
    case "header":
      return judging.judge(reading, source.header(name));
    case "cookie":
      return judging.judge(reading, source.cookie(name));
    case "request":
      return judging.accept(reading, source.request);
    case "response":
      return judging.accept(reading, host.responseDraft);
    case "body":
    case "form":
    case "file":
      return undefined;
  }
}

/** Which of two values was meant is not ours to guess. */
function judgeOne<Value>(reading: Reading, values: readonly Value[], judging: Judging): void {
  if (values.length < 2) return judging.judge(reading, values[0]);
  const msg = `expected one value, got ${values.length}`;
  judging.refuse({
    type: "duplicate",
    loc: reading.loc,
    msg,
    input: values.every((one) => typeof one === "string") ? values : null,
  });
}

function judgeBody(reading: Reading, read: JsonBody, judging: Judging): void {
  if (read.kind === "fault") judging.refuse(read.fault);
  else judging.judge(reading, read.kind === "none" ? undefined : read.value);
}

function readField(reading: Reading, form: Form | undefined, judging: Judging): void {
  const { name, parameter } = reading;
  if (parameter.place === "file") return readFile(reading, form, judging);
  const values = form?.fields.get(name) ?? [];
  return parameter.list ? judging.judgeAll(reading, values) : judgeOne(reading, values, judging);
}

function readFile(reading: Reading, form: Form | undefined, judging: Judging): void {
  const files = form?.files.get(reading.name) ?? [];
  if (reading.parameter.list) return judging.accept(reading, [...files]);
  if (files.length === 0 && reading.parameter.file?.optional === true) return judging.accept(reading, undefined);
  return judgeOne(reading, files, judging);
}
