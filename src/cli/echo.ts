/**
 * `dicomtap echo host:port`: one association with Verification, one C-ECHO, release (PS3.4 A).
 *
 * Exit codes: 0 the peer answered Success; 1 it answered something else; 2 usage; 3 no connection,
 * no association, or it broke before the answer.
 */
import { formatAddress } from "../address.ts";
import { commandField } from "../dimse/command_field.ts";
import { generalStatusMeaning, printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import type { Association } from "../io/association.ts";
import { requestAssociation } from "../io/request_association.ts";
import { contextResultName } from "../ul/names.ts";
import { formatDurationMs } from "../units.ts";
import { checkAeTitle, explained, targetOf } from "./association_failure.ts";
import { defineCommand, JSON_OPTION } from "./command.ts";
import { CommandError } from "./command_error.ts";
import type { Context } from "./context.ts";

export const command = defineCommand({
  name: "echo",
  summary: "Send one C-ECHO and say what came back",
  usage: "HOST:PORT",
  about: "Asks whether a DICOM application answers at all, and under these AE titles.",
  operands: { min: 1, max: 1 },
  options: {
    calling: { kind: "string", default: "DICOMTAP", value: "AE", help: "Our own AE title" },
    called: { kind: "string", default: "ANY-SCP", value: "AE", help: "AE title of the other side" },
    timeout: { kind: "duration", min: 1, default: "10s", help: "Wait this long for each answer" },
    json: JSON_OPTION,
  },
  examples: [
    { run: "dicomtap echo pacs:104 --called ARCHIVE", does: "Ask the archive" },
    { run: "dicomtap echo 127.0.0.1:11112 --json", does: "Ask the proxy, for a script" },
  ],
  async run({ options, operands }, context) {
    const { host, port } = targetOf(operands[0] ?? "");
    const { calling, called, timeout } = options;
    checkAeTitle("calling", calling);
    checkAeTitle("called", called);
    const started = performance.now();
    const association = await requestAssociation({
      host,
      port,
      callingAeTitle: calling,
      calledAeTitle: called,
      contexts: [{ abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT_LITTLE_ENDIAN] }],
      connectTimeout: timeout,
      acseTimeout: timeout,
      dimseTimeout: timeout,
    }).catch((error: unknown) => {
      throw explained(error, { host, port });
    });
    const associated = performance.now();
    try {
      const status = await echo(association);
      const answered = performance.now();
      await association.release();
      report(context, {
        address: formatAddress({ host, port }),
        calling,
        called,
        status,
        associationMs: associated - started,
        echoMs: answered - associated,
        peer: association.peer,
        json: options.json,
      });
      return status === SUCCESS ? 0 : 1;
    } catch (error) {
      association.abort();
      throw explained(error, { host, port });
    }
  },
});

/** The Status of the response. */
async function echo(association: Association): Promise<number> {
  const accepted = association.contextFor(VERIFICATION);
  if (accepted === undefined) {
    const result = association.contexts[0]?.result;
    await association.release();
    const why = result === undefined ? "no answer to the context" : contextResultName(result);
    throw new CommandError(`The association was accepted, but not Verification: ${why}`, {
      exitCode: 3,
      hint: "The other side does not offer C-ECHO to this AE title.",
    });
  }
  await association.send(accepted.id, {
    AffectedSOPClassUID: VERIFICATION,
    CommandField: commandField("C-ECHO-RQ"),
    MessageID: 1,
  });
  const response = await association.receive();
  const status = response?.commandSet.values["Status"];
  if (response?.command === "C-ECHO-RSP" && typeof status === "number") return status;
  const what = response === undefined ? "released the association" : `sent ${response.command}`;
  throw new CommandError(`Instead of an answer to C-ECHO the other side ${what}`, { exitCode: 3 });
}

interface Report {
  readonly address: string;
  readonly calling: string;
  readonly called: string;
  readonly status: number;
  readonly associationMs: number;
  readonly echoMs: number;
  readonly peer: Association["peer"];
  readonly json: boolean;
}

function report({ out, paint }: Context, echo: Report): void {
  const { maximumLength, implementationClassUid, implementationVersionName } = echo.peer;
  if (echo.json) {
    out.json({
      event: "echo",
      to: echo.address,
      calling_ae_title: echo.calling,
      called_ae_title: echo.called,
      status: echo.status,
      association_ms: rounded(echo.associationMs),
      echo_ms: rounded(echo.echoMs),
      acceptor: {
        maximum_length: maximumLength ?? null,
        implementation_class_uid: implementationClassUid ?? null,
        implementation_version_name: implementationVersionName ?? null,
      },
    });
    return;
  }
  const meaning = generalStatusMeaning(echo.status) ?? "not a status of C-ECHO";
  const status = `${printStatus(echo.status)} ${meaning}`;
  const coloured = echo.status === SUCCESS ? paint.green(status) : paint.red(status);
  const who = implementationVersionName ?? implementationClassUid ?? "unknown implementation";
  out.line(
    `${echo.called} at ${echo.address} answered C-ECHO: ${coloured} ` +
      paint.dim(
        `(${escapeControls(who)}, association ${formatDurationMs(echo.associationMs)}, echo ${formatDurationMs(echo.echoMs)})`,
      ),
  );
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

const SUCCESS = 0x0000;
/** PS3.4 A.4. */
const VERIFICATION = "1.2.840.10008.1.1";
const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
