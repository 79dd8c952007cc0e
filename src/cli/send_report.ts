/**
 * What came back, for people or as JSON lines.
 *
 * Rule: text from the wire passes `escapeControls`; names and identifiers of patients are `***` unless
 * they were asked for, in JSON too.
 */
import type { DataSet } from "../dataset/data_set.ts";
import { dumpDataSet } from "../dataset/dump.ts";
import { dataSetToJson, type JsonAttribute, type JsonModel } from "../dataset/json_model.ts";
import { isPatientElement } from "../dataset/patient_elements.ts";
import { uidEntry, uidName } from "../dictionary/uids.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import type { CommandValues } from "../io/association.ts";
import type { ReceivedFile } from "../service/received_files.ts";
import {
  numberValue,
  type OperationResponse,
  type PerformRequest,
  textValue,
} from "../service/service_message.ts";
import { formatDurationMs, formatSize } from "../units.ts";
import type { Context } from "./context.ts";

export interface ReportOptions {
  readonly json: boolean;
  readonly "show-phi": boolean;
}

const INDENT = "    ";

export class SendReport {
  readonly #context: Context;
  readonly #options: ReportOptions;
  #pending = 0;

  constructor(context: Context, options: ReportOptions) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * One response; `ms` since the request was sent. `of`: what it is about, where there are several;
   * `instance`: what the request named.
   */
  async response(
    response: OperationResponse,
    { ms, of, instance }: { ms: number; of?: string; instance?: string | undefined },
  ): Promise<void> {
    const dataSet = await response.read();
    if (!response.final) this.#pending++;
    if (this.#options.json) this.#responseJson(response, { ms, dataSet, of });
    else this.#responseText(response, { ms, dataSet, of, instance });
    await this.#context.out.room();
  }

  /** What the peer asked of us meanwhile: an event report. */
  async request(request: PerformRequest): Promise<void> {
    const dataSet = await request.read();
    const { operation, sopClassUid, sopInstanceUid, values } = request;
    const { out, paint } = this.#context;
    if (this.#options.json) {
      const data_set = this.#modelOf(dataSet);
      out.json({ event: "request", operation, command_set: this.#commandSet(values), data_set });
      return;
    }
    const type = numberValue(values, "EventTypeID");
    const what = type === undefined ? "" : ` event ${type}`;
    out.line(
      `${paint.bold(operation)} from the other side:${what} of ${named(sopClassUid)} ${escapeControls(sopInstanceUid ?? "")}`,
    );
    this.#dump(dataSet);
  }

  file({ path, sopClassUid, sopInstanceUid, transferSyntaxUid, length }: ReceivedFile): void {
    const { out, paint } = this.#context;
    if (this.#options.json) {
      out.json({
        event: "stored",
        file: path,
        sop_class_uid: sopClassUid,
        sop_instance_uid: sopInstanceUid,
        transfer_syntax: transferSyntaxUid,
        length,
      });
      return;
    }
    const what = `${named(sopClassUid)}, ${named(transferSyntaxUid)}, ${formatSize(length)}`;
    out.line(`${escapeControls(path)}  ${paint.dim(what)}`);
  }

  #responseText(
    response: OperationResponse,
    {
      ms,
      dataSet,
      of,
      instance,
    }: {
      ms: number;
      dataSet: DataSet | undefined;
      of: string | undefined;
      instance: string | undefined;
    },
  ): void {
    const { out, paint } = this.#context;
    const { operation, values, final } = response;
    const counts = subOperations(values);
    if (!final && counts === undefined) {
      out.line(paint.bold(`${this.#pending}`) + paint.dim(`  ${this.#status(response)}`));
      this.#dump(dataSet);
      return;
    }
    const facts = [
      ...(final && this.#pending > 0 && operation === "C-FIND" ? [matches(this.#pending)] : []),
      ...(counts === undefined ? [] : [counts]),
      ...(operation === "N-CREATE" && DONE.has(response.statusClass)
        ? created(values, instance)
        : []),
    ];
    const head = of === undefined ? paint.bold(operation) : of;
    const line = `${head}  ${this.#painted(response)}${facts.map((fact) => `  ${fact}`).join("")}`;
    out.line(`${line}  ${paint.dim(formatDurationMs(ms))}`);
    for (const [what, text] of details(values)) {
      const hidden = what === "Error Comment" && !this.#options["show-phi"];
      out.line(`${INDENT}${what}: ${hidden ? "*** (--show-phi shows it)" : escapeControls(text)}`);
    }
    this.#dump(dataSet);
  }

  #responseJson(
    response: OperationResponse,
    { ms, dataSet, of }: { ms: number; dataSet: DataSet | undefined; of: string | undefined },
  ): void {
    this.#context.out.json({
      event: "response",
      operation: response.operation,
      ...(of !== undefined && { file: of }),
      message_id: response.messageId,
      context_id: response.context.id,
      transfer_syntax: response.context.transferSyntax ?? null,
      status: response.status,
      status_class: response.statusClass,
      meaning: response.meaning,
      final: response.final,
      command_set: this.#commandSet(response.values),
      data_set: this.#modelOf(dataSet),
      ms: Math.round(ms * 1000) / 1000,
    });
  }

  #dump(dataSet: DataSet | undefined): void {
    if (dataSet === undefined) return;
    const showPatient = this.#options["show-phi"];
    const options = { showPatient, uidName: (uid: string) => uidEntry(uid)?.name };
    for (const line of dumpDataSet(dataSet, options)) this.#context.out.line(`${INDENT}${line}`);
  }

  #modelOf(dataSet: DataSet | undefined): JsonModel | null {
    if (dataSet === undefined) return null;
    const model = dataSetToJson(dataSet);
    return this.#options["show-phi"] ? model : masked(model);
  }

  /** What people write into an Error Comment is often about a patient. */
  #commandSet(values: CommandValues): CommandValues {
    if (this.#options["show-phi"] || values["ErrorComment"] === undefined) return values;
    return { ...values, ErrorComment: "***" };
  }

  #status({ status, meaning }: OperationResponse): string {
    return `${printStatus(status)} ${meaning}`;
  }

  #painted(response: OperationResponse): string {
    const { paint } = this.#context;
    const text = this.#status(response);
    switch (response.statusClass) {
      case "success":
        return paint.green(text);
      case "pending":
        return text;
      case "warning": // It was done (PS3.7 C.3): never red.
      case "cancel":
        return paint.yellow(text);
      case "failure":
      case "not listed":
        return paint.red(text);
      default:
        return response.statusClass satisfies never;
    }
  }
}

/** "CT Image Storage", or the UID. */
function named(uid: string): string {
  return escapeControls(uidName(uid));
}

const DONE: ReadonlySet<string> = new Set(["success", "warning"]);

function matches(count: number): string {
  return count === 1 ? "1 match" : `${count} matches`;
}

/** Where the request names no instance the SCP does (PS3.7 10.1.5.1.4). */
function created(values: CommandValues, named: string | undefined): readonly string[] {
  const uid = textValue(values, "AffectedSOPInstanceUID") ?? named;
  return uid === undefined
    ? ["no instance named: what was created cannot be found again (PS3.7 10.1.5.1.4)"]
    : [`instance ${escapeControls(uid)}`];
}

/** "2 remaining, 3 completed, 0 failed, 1 with warning"; undefined where there is no count. */
function subOperations(values: CommandValues): string | undefined {
  const counts = COUNTS.flatMap(([keyword, word]) => {
    const count = numberValue(values, keyword);
    return count === undefined ? [] : [`${count} ${word}`];
  });
  return counts.length === 0 ? undefined : counts.join(", ");
}

const COUNTS = [
  ["NumberOfRemainingSuboperations", "remaining"],
  ["NumberOfCompletedSuboperations", "completed"],
  ["NumberOfFailedSuboperations", "failed"],
  ["NumberOfWarningSuboperations", "with warning"],
] as const;

/** What a response says of an error (PS3.7 C.4): comment, number, and the elements in question. */
function* details(values: CommandValues): Generator<readonly [what: string, text: string]> {
  for (const [keyword, what] of DETAILS) {
    const value = values[keyword];
    if (value === undefined || value === null || value === "") continue;
    const list = Array.isArray(value) ? (value as readonly (string | number)[]) : [value];
    yield [what, list.map(String).join(", ")];
  }
}

const DETAILS = [
  ["ErrorComment", "Error Comment"],
  ["ErrorID", "Error ID"],
  ["OffendingElement", "Offending Element"],
  ["AttributeIdentifierList", "Attribute Identifier List"],
] as const;

function masked(model: JsonModel): JsonModel {
  const hidden: JsonModel = {};
  for (const [tag, attribute] of Object.entries(model)) {
    hidden[tag] = maskedAttribute(Number.parseInt(tag, 16), attribute);
  }
  return hidden;
}

function maskedAttribute(tag: number, attribute: JsonAttribute): JsonAttribute {
  const { vr, Value } = attribute;
  if (isPatientElement(tag, vr)) {
    if (Value === undefined && attribute.InlineBinary === undefined) return { vr };
    return { vr, Value: [vr === "PN" ? { Alphabetic: "***" } : "***"] };
  }
  if (vr !== "SQ" || Value === undefined) return attribute;
  return { vr, Value: Value.map((item) => masked(item as JsonModel)) };
}
