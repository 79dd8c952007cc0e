/**
 * What the operating system refused, in words, with the next step. Commands that know better (which
 * file, which option) throw a CommandError of their own; this is the net below them.
 */

import { escapeControls } from "../escape.ts";
import { RecordingFault } from "../io/recording_fault.ts";
import { CommandError } from "./command_error.ts";

interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

/** The CommandError for a system error, or `undefined` when it is not one that a user can fix. */
export function explainSystemError(error: unknown): CommandError | undefined {
  if (error instanceof RecordingFault) {
    const hint = "Give another directory, or leave --record out.";
    return new CommandError(escapeControls(error.message), { exitCode: 2, hint });
  }
  if (!isSystemError(error)) return undefined;
  const network = NETWORK[error.code];
  const isFile =
    error.path !== undefined && error.syscall !== "connect" && error.syscall !== "listen";
  if (network !== undefined && !isFile) {
    const [what, hint] = network;
    return new CommandError(what.replace("%", where(error)), { exitCode: 3, hint });
  }
  const file = FILE[error.code];
  if (file === undefined || error.path === undefined) return undefined;
  const [what, hint] = file;
  const path = error.path === "" ? '""' : escapeControls(error.path);
  return new CommandError(what.replace("%", path), { exitCode: 2, hint });
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
  EROFS: ["Cannot write %: the file system is read-only", "Write elsewhere."],
};

function where(error: SystemError): string {
  const host = error.address ?? error.hostname;
  const shown = host?.includes(":") === true ? `[${host}]` : host;
  if (shown === undefined) return error.port === undefined ? "the address" : `port ${error.port}`;
  return escapeControls(error.port === undefined ? shown : `${shown}:${error.port}`);
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
