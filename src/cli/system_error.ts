/**
 * What the operating system refused, in words, with the next step. Commands that know better (which
 * file, which option) throw a CommandError of their own; this is the net below them.
 */
import { constants } from "node:os";
import { escapeControls } from "../escape.ts";
import { RecordingFault } from "../io/recording_fault.ts";
import { CommandError } from "./command_error.ts";

interface SystemError extends Error {
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

/**
 * The CommandError for a system error, or `undefined` when it is not one that a user can fix. `path`
 * is of the file that was at hand: who reads from an open file, or a directory, is not told which.
 */
export function explainSystemError(error: unknown, path?: string): CommandError | undefined {
  if (error instanceof RecordingFault) {
    const hint = "Give another directory, or leave --record out.";
    return new CommandError(escapeControls(error.message), { exitCode: 2, hint });
  }
  const code = systemErrorCode(error);
  if (code === undefined) return undefined;
  const refused = error as SystemError;
  const place = refused.path ?? path;
  const network = NETWORK[code];
  const isFile =
    place !== undefined && refused.syscall !== "connect" && refused.syscall !== "listen";
  if (network !== undefined && !isFile) {
    const [what, hint] = network;
    return new CommandError(what.replace("%", where(refused)), { exitCode: 3, hint });
  }
  const file = FILE[code];
  if (file === undefined || place === undefined) return undefined;
  const [what, hint] = file;
  const shown = place === "" ? '""' : escapeControls(place);
  return new CommandError(
    what.replace("%", () => shown),
    { exitCode: 2, hint },
  );
}

type Words = readonly [what: string, hint: string];

const NETWORK: Readonly<Record<string, Words>> = {
  EADDRINUSE: [
    "Cannot listen on %: the port is in use",
    "Stop the other program, or listen elsewhere.",
  ],
  EADDRNOTAVAIL: [
    "Cannot listen on %: this machine has no such address",
    "Use an address of this machine, or the port alone.",
  ],
  EACCES: [
    "Cannot listen on %: no permission",
    "Ports below 1024 need privileges: use a port such as 11112.",
  ],
  EPERM: ["Cannot use %: no permission", "A firewall or a sandbox forbids it."],
  ECONNREFUSED: [
    "Cannot connect to %: nothing listens there",
    "Check the port, and that the other system runs.",
  ],
  ECONNRESET: [
    "Connection to % was reset by the other side",
    "It may refuse this address; check its log.",
  ],
  EHOSTUNREACH: ["Cannot connect to %: no route to the host", "Check the address and the network."],
  ENETUNREACH: [
    "Cannot connect to %: the network is unreachable",
    "Check the address and the network.",
  ],
  ETIMEDOUT: [
    "Cannot connect to %: no answer in time",
    "Check the address and firewalls on the way.",
  ],
  ENOTFOUND: ["Cannot find the host %", "Check the name; an IP address works too."],
  EAI_AGAIN: [
    "Cannot look up the host %: the name server does not answer",
    "An IP address works without it.",
  ],
};

const FILE: Readonly<Record<string, Words>> = {
  ENOENT: ["Cannot find %", "Check the path."],
  EACCES: ["Cannot open %: no permission", "Check who owns it."],
  EPERM: ["Cannot open %: no permission", "Check who owns it."],
  EISDIR: ["Cannot use %: it is a directory", "Name a file in it."],
  ENOTDIR: ["Cannot open %: a part of the path is not a directory", "Check the path."],
  EEXIST: ["Cannot write %: it exists already", "Choose another name."],
  ENOSPC: ["Cannot write %: the disk is full", "Make room, or write elsewhere."],
  EDQUOT: ["Cannot write %: the quota of the disk is used up", "Make room, or write elsewhere."],
  EFBIG: ["Cannot write %: the file is larger than it may be", "Write less, or elsewhere."],
  EROFS: ["Cannot write %: the file system is read-only", "Write elsewhere."],
  ESPIPE: ["Cannot write %: it is a pipe or a terminal", "Name a file."],
  EIO: ["Cannot read %: the disk or the network failed", "Try again, or copy the file first."],
  ESTALE: ["Cannot read %: the disk or the network failed", "Try again, or copy the file first."],
};

function where(error: SystemError): string {
  const host = error.address ?? error.hostname;
  const shown = host?.includes(":") === true ? `[${host}]` : host;
  if (shown === undefined) return error.port === undefined ? "the address" : `port ${error.port}`;
  return escapeControls(error.port === undefined ? shown : `${shown}:${error.port}`);
}

/** "ENOSPC"; `undefined` for what is no error of the system. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) {
    return undefined;
  }
  // Node has no name for some of them, such as EDQUOT and ESTALE.
  const number = /^Unknown system error -(\d+)$/.exec(error.code)?.[1];
  if (number === undefined) return error.code;
  const named = Object.entries(constants.errno).find(([, errno]) => errno === Number(number));
  return named?.[0] ?? error.code;
}
