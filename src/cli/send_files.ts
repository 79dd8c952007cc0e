/**
 * `dicomtap send c-store FILE...`: the files one after another on one association, each from disk as
 * it goes out.
 */
import { transferSyntax } from "../dataset/transfer_syntax.ts";
import { uidName } from "../dictionary/uids.ts";
import { escapeControls } from "../escape.ts";
import { AssociationError } from "../io/association_error.ts";
import type { ServiceUser } from "../service/service_user.ts";
import {
  fits,
  readStoredFile,
  type StoredFile,
  storageProposals,
  storedOctets,
  UnsendableFile,
} from "../service/stored_file.ts";
import type { AgreedContext, ContextProposal } from "../ul/negotiate.ts";
import type { ExitCode } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { why } from "./send_contexts.ts";
import type { SendOptions } from "./send_options.ts";
import type { SendReport } from "./send_report.ts";
import { proposedSyntaxes } from "./send_request.ts";

/** What files are, and the contexts they need. Refuses what is no DICOM file before anything is sent. */
export async function planFiles(
  paths: readonly string[],
  options: SendOptions,
): Promise<{
  readonly files: readonly StoredFile[];
  readonly contexts: readonly ContextProposal[];
}> {
  if (paths.length === 0) {
    throw usageError(
      "C-STORE needs files to send",
      "dicomtap send c-store image.dcm --to HOST:PORT",
    );
  }
  if (options.data !== undefined) {
    throw usageError("C-STORE takes its data sets from files", "Name them in place of --data.");
  }
  const files = await readFiles(paths);
  const contexts = storageContexts(files, options);
  if (contexts.length > MAX_CONTEXTS) {
    throw usageError(
      `The files need ${contexts.length} presentation contexts, an association has ${MAX_CONTEXTS} (PS3.8 9.3.2.2)`,
      "Send them in several calls.",
    );
  }
  return { files, contexts };
}

/** All that cannot be sent are named at once: who has a folder of them shall not try one by one. */
async function readFiles(paths: readonly string[]): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    try {
      files.push(await readStoredFile(path));
    } catch (error) {
      if (!(error instanceof UnsendableFile)) throw error;
      problems.push(escapeControls(error.message));
    }
  }
  const [first] = problems;
  if (first === undefined) return files;
  if (problems.length === 1) throw usageError(first);
  const more = problems.length - MAX_NAMED;
  throw usageError(
    `${problems.length} of ${paths.length} files cannot be sent; nothing was sent`,
    [...problems.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
  );
}

/** Files that cannot be sent, of many. */
const MAX_NAMED = 20;

export interface FileSending {
  readonly user: ServiceUser;
  readonly context: Context;
  readonly report: SendReport;
  readonly options: SendOptions;
  readonly stop: AbortSignal;
}

/** 0 all stored; 1 a status of failure; 3 files for which no context was accepted. */
export async function sendFiles(
  files: readonly StoredFile[],
  { user, context, report, options, stop }: FileSending,
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const { err, errPaint } = context;
  for (const file of files) {
    if (stop.aborted) break;
    const agreed = contextFor(file, user);
    if (agreed === undefined) {
      exitCode = 3;
      err.line(errPaint.red(`${escapeControls(file.path)}: not sent. ${refusal(file, user)}`));
      continue;
    }
    const failed = await sendFile(file, { user, agreed, report, options });
    if (failed && exitCode === 0) exitCode = 1;
  }
  return exitCode;
}

async function sendFile(
  file: StoredFile,
  to: Pick<FileSending, "user" | "report" | "options"> & { readonly agreed: AgreedContext },
): Promise<boolean> {
  const { user, agreed, report, options } = to;
  const syntax = transferSyntax(agreed.transferSyntax ?? "") ?? file.syntax;
  const started = performance.now();
  try {
    const response = await user
      .invoke({
        operation: "C-STORE",
        sopClass: file.sopClassUid,
        sopInstanceUid: file.sopInstanceUid,
        priority: PRIORITY[options.priority],
        contextId: agreed.id,
        dataSet: storedOctets(file, syntax),
      })
      .final();
    const ms = performance.now() - started;
    await report.response(response, { ms, of: escapeControls(file.path) });
    return response.statusClass !== "success" && response.statusClass !== "warning";
  } catch (error) {
    if (error instanceof AssociationError || !(error instanceof Error)) throw error;
    throw new CommandError(`${escapeControls(file.path)}: ${escapeControls(error.message)}`, {
      exitCode: 1,
      hint: "The association was aborted: half a data set cannot be taken back.",
    });
  }
}

function storageContexts(
  files: readonly StoredFile[],
  options: SendOptions,
): readonly ContextProposal[] {
  if (options.syntax.length === 0) return storageProposals(files);
  const classes = new Set(files.map(({ sopClassUid }) => sopClassUid));
  const transferSyntaxes = proposedSyntaxes(options);
  return [...classes].map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes }));
}

/** The context in the file's own transfer syntax, else one that it can be re-encoded for. */
function contextFor(file: StoredFile, user: ServiceUser): AgreedContext | undefined {
  const accepted = user.association.contexts.filter(
    ({ abstractSyntax, result }) => result === 0 && abstractSyntax === file.sopClassUid,
  );
  return (
    accepted.find(({ transferSyntax: uid }) => uid === file.transferSyntaxUid) ??
    accepted.find(({ transferSyntax: uid }) => fits(file, transferSyntax(uid ?? "")))
  );
}

function refusal(file: StoredFile, user: ServiceUser): string {
  const own = user.association.contexts.filter(
    ({ abstractSyntax }) => abstractSyntax === file.sopClassUid,
  );
  const other = own.find(({ result }) => result === 0);
  const name = escapeControls(uidName(file.transferSyntaxUid));
  if (other !== undefined) {
    const accepted = escapeControls(uidName(other.transferSyntax ?? ""));
    return `The other side takes ${escapeControls(uidName(file.sopClassUid))} in ${accepted}, the file is in ${name}, and dicomtap does not recompress (PS3.8 9.3.3.2)`;
  }
  const [first] = own;
  return `No context was accepted in ${name}${first === undefined ? "" : `: ${why(first)}`} (PS3.8 9.3.3.2)`;
}

const MAX_CONTEXTS = 128;
/** PS3.7 E.1-1. */
const PRIORITY = { medium: 0, high: 1, low: 2 } as const;
