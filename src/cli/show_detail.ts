/**
 * One association in words: who, what was negotiated, what was said, what is odd.
 *
 * Rule: text from the wire passes `escapeControls`, and secrets are not in the JSON that this reads.
 */
import { uidEntry } from "../dictionary/uids.ts";
import type { CommandValue } from "../dimse/command_set.ts";
import { escapeControls } from "../escape.ts";
import { associationMeaning } from "../meaning/association_meaning.ts";
import type { Sentence } from "../meaning/narrator.ts";
import type {
  AssociationJson,
  ContextJson,
  FindingJson,
  MessageJson,
  UserInformationJson,
} from "../observe/summary.ts";
import { formatDurationMs, formatSize, plural } from "../units.ts";
import type { Paint } from "./paint.ts";
import { aeTitles, clockDate, clockTime, outcomeWord } from "./show_list.ts";
import { tableLines } from "./table.ts";

const INDENT = "    ";

export function headLines(association: AssociationJson, paint: Paint): string[] {
  const { started, requestor, acceptor, outcome, duration_ms, bytes } = association;
  const when = `${clockDate(started)} ${clockTime(started)}`;
  const traffic = `${formatSize(bytes.requestor)} sent, ${formatSize(bytes.acceptor)} received`;
  const lines = [
    `${paint.bold(`#${association.id}  ${aeTitles(association)}`)}  ${outcomeWord(outcome, paint)} after ${formatDurationMs(duration_ms)}`,
    `${INDENT}${when}, ${escapeControls(requestor.address)} to ${escapeControls(acceptor.address)}, ${traffic}`,
  ];
  const meaning = associationMeaning(association);
  if (meaning !== undefined) lines.push(`${INDENT}${meaning}`);
  if (association.explanation !== undefined) {
    lines.push(`${INDENT}${paint.yellow(escapeControls(association.explanation))}`);
  }
  if (association.gaps > 0) {
    lines.push(
      `${INDENT}${paint.yellow(`${plural(association.gaps, "gap")}: not all is recorded`)}`,
    );
  }
  for (const side of ["requestor", "acceptor"] as const) {
    const text = implementation(association.user_information[side]);
    if (text !== "") lines.push(`${INDENT}${side}: ${text}`);
  }
  return lines;
}

/** Accepted contexts that no message used are only counted, unless `all` are asked for. */
export function contextLines(
  association: AssociationJson,
  options: { readonly all: boolean; readonly paint: Paint },
): string[] {
  const { contexts } = association;
  const { all, paint } = options;
  const few = all || contexts.length <= FEW_CONTEXTS;
  const shown = contexts.filter(({ messages, result }) => few || messages > 0 || result !== 0);
  const lines = tableLines(
    [{ title: "", align: "right" }, { title: "" }, { title: "" }, { title: "" }],
    shown.map((context) => [
      String(context.id),
      nameOf(context.abstract_syntax),
      ...contextResult(context, paint),
    ]),
    { indent: INDENT },
  );
  const rest = contexts.length - shown.length;
  if (rest > 0) lines.push(paint.dim(`${INDENT}${rest} more accepted, not used (-vv lists them)`));
  return lines;
}

/** So many contexts are listed whether they were used or not. */
const FEW_CONTEXTS = 8;

function contextResult(context: ContextJson, paint: Paint): [string, string] {
  const proposed = `proposed in ${context.transfer_syntaxes.map(nameOf).join(", ")}`;
  if (context.result === null) return [paint.dim("not answered"), paint.dim(proposed)];
  if (context.result !== 0) {
    const why = escapeControls(context.explanation ?? `result ${context.result}`);
    // where the transfer syntaxes are the reason, it names them (PS3.8 Table 9-18)
    const namesThem = context.result === 4 && context.explanation !== undefined;
    return [paint.red("refused"), namesThem ? why : `${why}; ${proposed}`];
  }
  const others = context.transfer_syntaxes.length - 1;
  const more = others > 0 ? paint.dim(` (${plural(others, "other")} proposed)`) : "";
  return [paint.green("accepted"), `${nameOf(context.accepted_transfer_syntax)}${more}`];
}

function implementation(user: UserInformationJson): string {
  const name = user.implementation_version_name;
  const uid = user.implementation_class_uid;
  const maximum = user.maximum_length;
  const window = user.asynchronous_operations_window;
  const identity = user.user_identity;
  const parts = [
    escapeControls([name, uid].filter((part) => part !== undefined).join(" ")),
    maximum === undefined ? "" : `maximum length ${maximum === 0 ? "unlimited" : maximum}`,
    window === undefined ? "" : `asynchronous ${window.invoked}/${window.performed}`,
    roleText(user.role_selections ?? []),
    identity === undefined ? "" : `user identity of type ${identity.type}, secrets not shown`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** PS3.7 D.3.3.4. A C-GET selects roles for every storage SOP class: the first are enough. */
function roleText(roles: NonNullable<UserInformationJson["role_selections"]>): string {
  const shown = roles
    .slice(0, FEW_ROLES)
    .map((role) => `${nameOf(role.sop_class_uid)} as SCU ${role.scu_role} SCP ${role.scp_role}`);
  const rest = roles.length - shown.length;
  return [...shown, ...(rest > 0 ? [`roles for ${rest} more SOP classes`] : [])].join(", ");
}

const FEW_ROLES = 3;

/** `origin`: what all times of the association count from. */
export function messageLine(message: MessageJson, paint: Paint): string {
  const { sender, command, message_id, abstract_syntax } = message;
  const arrow = sender === "requestor" ? "->" : "<-";
  const id = message_id === null ? "" : String(message_id);
  const parts = [
    paint.dim(formatDurationMs(message.at_ms).padStart(9)),
    arrow,
    paint.bold(escapeControls(command).padEnd(18)),
    id.padStart(5),
    statusText(message, paint) ?? nameOf(abstract_syntax),
    dataSetText(message),
    message.response_ms === undefined
      ? ""
      : paint.dim(`after ${formatDurationMs(message.response_ms)}`),
    message.complete ? "" : paint.yellow("incomplete"),
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function statusText(message: MessageJson, paint: Paint): string | undefined {
  if (message.status === null) return undefined;
  const code = message.status.toString(16).toUpperCase().padStart(4, "0");
  const words = message.status_text ?? message.status_class ?? "";
  const text = `${code} ${escapeControls(words)}`.trim();
  switch (message.status_class) {
    case "success":
      return paint.green(text);
    case "pending":
      return paint.dim(text);
    case "warning":
    case "cancel":
      return paint.yellow(text);
    default:
      return paint.red(text);
  }
}

function dataSetText(message: MessageJson): string {
  const data = message.data_set;
  if (data === null) return "";
  const pdus = message.pdus === 1 ? "" : ` in ${message.pdus} PDUs`;
  const skipped = data.skipped === undefined ? "" : `, ${formatSize(data.skipped)} not recorded`;
  return `data set ${formatSize(data.length)}${pdus}${skipped}`;
}

/** The command set as `Keyword=value`; what every message has is left to `-vv`. */
export function commandLines(
  message: MessageJson,
  options: { all: boolean; paint: Paint },
): string[] {
  const shown = Object.entries(message.command_set).filter(
    ([keyword]) => options.all || !ALWAYS_THERE.has(keyword),
  );
  if (shown.length === 0) return [];
  const text = shown.map(([keyword, value]) => `${keyword}=${valueText(keyword, value)}`);
  return [options.paint.dim(`${" ".repeat(13)}${text.join("  ")}`)];
}

const ALWAYS_THERE = new Set([
  "CommandGroupLength",
  "CommandField",
  "CommandDataSetType",
  "MessageID",
  "MessageIDBeingRespondedTo",
  "Status",
]);

function valueText(keyword: string, value: CommandValue): string {
  const text = Array.isArray(value) ? value.join("\\") : String(value);
  const name = keyword.endsWith("ClassUID") ? uidEntry(text)?.name : undefined;
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return name === undefined ? escapeControls(short) : `${escapeControls(short)} (${name})`;
}

export function dataSetLines(message: MessageJson, paint: Paint): string[] {
  const data = message.data_set;
  if (data === null) return [];
  const hash = data.sha256 === null ? "" : `, SHA-256 ${data.sha256}`;
  const text = `data set: ${data.length} octets, ${nameOf(data.transfer_syntax)}${hash}`;
  return [paint.dim(`${" ".repeat(13)}${text}`)];
}

/** The exchange in words, below the message that ended it. */
export function sentenceLine(sentence: Sentence, paint: Paint): string {
  return `${" ".repeat(9)}  =   ${sentenceText(sentence, paint)}`;
}

/** What is reported to have failed stands out: it may be the one place where it shows. */
export function sentenceText({ request, result, reported }: Sentence, paint: Paint): string {
  const shade = reported === undefined ? undefined : REPORTED[reported];
  return `${request} ${paint.bold("->")} ${shade === undefined ? result : paint[shade](result)}`;
}

const REPORTED = { failure: "red", warning: "yellow" } as const;

export function findingLine(found: FindingJson, paint: Paint): string {
  const word = { error: paint.red, warning: paint.yellow, note: paint.blue }[found.severity];
  const at = found.at_ms === undefined ? "" : ` at ${formatDurationMs(found.at_ms)}`;
  const who = OF_NO_AE.has(found.id) ? "" : ` ${found.sender}`;
  const place = `${who}${at}` === "" ? "" : `;${who}${at}`;
  return `${INDENT}${word(found.severity)}  ${escapeControls(found.text)} ${paint.dim(`(${found.section}${place})`)}`;
}

/** Findings about the recorder, not about what an AE did. */
const OF_NO_AE: ReadonlySet<string> = new Set(["undecodable", "clock-set"]);

export function nameOf(uid: string | null): string {
  if (uid === null) return "-";
  return uidEntry(uid)?.name ?? escapeControls(uid);
}
