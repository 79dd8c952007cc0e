/**
 * `dicomtap send REQUEST... --to host:port`: one DIMSE request by hand, and what came back.
 *
 * Exit codes: 0 success or warning; 1 a status of failure; 2 usage, or required parts that are
 * missing; 3 no connection, no association, or no context for the request.
 */
import { within } from "../../replay/scu/pace.ts";
import { uidName } from "../dictionary/uids.ts";
import { escapeControls } from "../escape.ts";
import { AssociationError } from "../io/association_error.ts";
import type { Invocation } from "../service/invocation.ts";
import { openAssociation } from "../service/open_association.ts";
import type { Performers } from "../service/performance.ts";
import { ReceivedFiles } from "../service/received_files.ts";
import type { OperationRequest, OperationResponse } from "../service/service_message.ts";
import type { ServiceUser } from "../service/service_user.ts";
import type { ContextProposal } from "../ul/negotiate.ts";
import { checkAeTitle, explained, type Target, targetAt } from "./association_failure.ts";
import { defineCommand, type ExitCode } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { contextToUse } from "./send_contexts.ts";
import { planFiles, sendFiles } from "./send_files.ts";
import { SEND_OPTIONS, type SendOptions } from "./send_options.ts";
import { SendReport } from "./send_report.ts";
import { operationNamed, type PlannedRequest, planRequest } from "./send_request.ts";

export const command = defineCommand({
  name: "send",
  summary: "Send one DIMSE request by hand and print what came back",
  usage: "REQUEST [FILE|KEYWORD=VALUE]... --to HOST:PORT",
  about:
    "REQUEST is c-echo, c-store, c-find, c-move, c-get, n-create, n-set, n-get, n-action, n-delete or n-event-report. " +
    "Data come from --data, and from operands such as PatientID=12* or ScheduledProcedureStepSequence[0].Modality=CT; a keyword alone is an empty key.",
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: SEND_OPTIONS,
  examples: [
    {
      run: "dicomtap send c-find 'PatientName=DOE*' StudyInstanceUID StudyDate --to pacs:104",
      does: "Find studies; patient data are masked without --show-phi",
    },
    { run: "dicomtap send c-store scans/*.dcm --to pacs:104", does: "Store files as they are" },
    {
      run: "dicomtap send c-get StudyInstanceUID=1.2.3 --output study --to pacs:104",
      does: "Fetch a study on the same association",
    },
    {
      run: "dicomtap send n-create --class BasicFilmSession --instance 1.2.3 --data film.json --to printer:104",
      does: "Create a film session",
    },
    {
      run: "dicomtap send n-get --class Printer PrinterStatus --to printer:104",
      does: "Ask a printer",
    },
  ],
  async run({ options, operands }, context) {
    const facts = operationNamed(operands[0] ?? "");
    const { to, calling, called } = options;
    if (to === undefined) throw usageError("Option --to is missing", "Say where: --to HOST:PORT");
    checkAeTitle("calling", calling);
    checkAeTitle("called", called);
    const rest = operands.slice(1);
    const sending: Sending = { context, options, target: targetAt(to), stop: context.stopSignal() };
    if (facts.name === "C-STORE") {
      const { files, contexts } = await planFiles(rest, options);
      return await associated(contexts, sending, async (user, report) => {
        return await sendFiles(files, { ...sending, user, report });
      });
    }
    const plan = await planRequest(facts, { operands: rest, options });
    for (const note of plan.notes) context.err.line(context.errPaint.dim(note));
    return await associated(plan.contexts, sending, async (user, report) => {
      return await sendRequest(plan, { ...sending, user, report });
    });
  },
});

interface Sending {
  readonly context: Context;
  readonly options: SendOptions;
  readonly target: Target;
  readonly stop: AbortSignal;
}

/** Opens the association, does the work, releases; failures in words. */
async function associated(
  contexts: readonly ContextProposal[],
  { context, options, target, stop }: Sending,
  work: (user: ServiceUser, report: SendReport) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { calling, called, timeout } = options;
  const report = new SendReport(context, options);
  const user = await openAssociation({
    ...target,
    callingAeTitle: calling,
    calledAeTitle: called,
    contexts,
    maximumLength: MAXIMUM_LENGTH,
    connectTimeout: timeout,
    acseTimeout: timeout,
    dimseTimeout: timeout,
    signal: stop,
    perform: performers(report, { context, options }),
  }).catch((error: unknown) => {
    throw explained(error, target);
  });
  try {
    const exitCode = await work(user, report);
    await waited(user, options, stop);
    await user.release();
    return exitCode;
  } catch (error) {
    if (error instanceof CommandError) await user.release().catch(() => user.abort());
    else user.abort();
    throw error instanceof RangeError ? notSendable(error) : explained(error, target);
  }
}

async function sendRequest(
  plan: PlannedRequest,
  { context, options, stop, user, report }: Sending & { user: ServiceUser; report: SendReport },
): Promise<ExitCode> {
  const agreed = contextToUse(user, plan);
  if (plan.request.operation === "C-GET") storageGranted(user, plan);
  const { err, errPaint } = context;
  const { implementationVersionName = "unknown implementation" } = user.association.peer;
  const who = `${options.called} (${escapeControls(implementationVersionName)})`;
  err.line(
    errPaint.dim(
      `${plan.request.operation} to ${who} on context ${agreed.id}, ${uidName(agreed.abstractSyntax)}, ${uidName(agreed.transferSyntax ?? "")}`,
    ),
  );
  const started = performance.now();
  const invocation = invoked(user, { ...plan.request, contextId: agreed.id });
  using cancel = canceling(invocation, user, stop);
  let pending = 0;
  let last: OperationResponse | undefined;
  if (options["cancel-after"] === 0) await cancel();
  for await (const response of invocation) {
    last = response;
    const instance = plan.request.sopInstanceUid;
    await report.response(response, { ms: performance.now() - started, instance });
    if (!response.final && ++pending === options["cancel-after"]) await cancel();
  }
  if (last?.statusClass === "cancel") return cancel.called() ? 0 : 1;
  return last?.statusClass === "success" || last?.statusClass === "warning" ? 0 : 1;
}

/** A data set that has no place in a request, such as one with compressed pixel data. */
function invoked(user: ServiceUser, request: OperationRequest): Invocation {
  try {
    return user.invoke(request);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(`Cannot send the data set: ${escapeControls(error.message)}`);
  }
}

/** What the other side negotiated leaves no way to send, a maximum length of 4 octets for example. */
function notSendable(error: RangeError): CommandError {
  return new CommandError(escapeControls(error.message), {
    exitCode: 3,
    hint: "The log of the other side may say more.",
  });
}

interface Cancel extends Disposable {
  (): Promise<void>;
  readonly called: () => boolean;
}

/**
 * Ctrl-C, too, ends an operation that is pending; what cannot be canceled is aborted (PS3.7 9.1). To be
 * disposed of with the operation: what comes after that, such as --wait, ends in order.
 */
function canceling(invocation: Invocation, user: ServiceUser, stop: AbortSignal): Cancel {
  let called = false;
  const cancel = async (): Promise<void> => {
    if (called) return;
    called = true;
    await invocation.cancel();
  };
  const stopped = (): void => {
    if (invocation.cancelable) cancel().catch(() => undefined);
    else user.abort();
  };
  if (stop.aborted) stopped();
  else stop.addEventListener("abort", stopped, { once: true });
  return Object.assign(cancel, {
    called: () => called,
    [Symbol.dispose]: () => stop.removeEventListener("abort", stopped),
  });
}

/** What the other side may ask of us: C-STORE for a C-GET, and reports of events. */
function performers(
  report: SendReport,
  { context, options }: Pick<Sending, "context" | "options">,
): Performers {
  let files: ReceivedFiles | undefined;
  return {
    "N-EVENT-REPORT": async (request) => {
      await report.request(request);
      return { status: 0x0000 };
    },
    "C-STORE": async (request) => {
      files ??= new ReceivedFiles(options.output, {
        sendingAeTitle: options.called,
        receivingAeTitle: options.calling,
        received: (file) => report.file(file),
        failed: (error) => context.err.line(context.errPaint.red(escapeControls(error.message))),
      });
      return await files.store(request);
    },
  };
}

function storageGranted(user: ServiceUser, plan: PlannedRequest): void {
  const { contexts } = user.association;
  const storage = contexts.filter(({ abstractSyntax }) => {
    return !plan.abstractSyntaxes.includes(abstractSyntax);
  });
  if (storage.some(({ result, roles }) => result === 0 && roles.scp)) return;
  throw new CommandError(
    "The other side accepted C-GET, but granted the SCP role for no storage SOP class, so nothing could arrive (PS3.7 D.3.3.4)",
    { exitCode: 3, hint: "Try --storage with the SOP class of the images, or c-move." },
  );
}

/** Keeps the association open for what may still be reported. */
async function waited(user: ServiceUser, { wait }: SendOptions, stop: AbortSignal): Promise<void> {
  if (wait === undefined || stop.aborted) return;
  const ended = user.ended().catch((error: unknown) => {
    if (!(error instanceof AssociationError)) throw error;
  });
  await within(wait, ended, stop);
}

/** Octets of a P-DATA-TF that we are ready to receive: images may come. */
const MAXIMUM_LENGTH = 131_072;
