/**
 * How the dashboard is reached, for `proxy` and `dashboard`: who may use it, TLS, and where a replay
 * may go.
 *
 * Rule: without an access file it listens on loopback only (P-01).
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { type Address, formatAddress, isThisMachine } from "../address.ts";
import { readAccess } from "../dashboard/access.ts";
import { type DashboardThread, startDashboard } from "../dashboard/dashboard_thread.ts";
import { escapeControls } from "../escape.ts";
import { logger } from "../io/log.ts";
import type { CommandArguments } from "./command.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { readTextFile } from "./read_text_file.ts";

export const DEFAULT_DASHBOARD = "127.0.0.1:8104";

export const DASHBOARD_OPTIONS = {
  "dashboard-auth": {
    kind: "string",
    value: "FILE",
    help: "Who may use the dashboard: lines of NAME ROLE sha256:DIGEST (dashboard --new-token)",
  },
  "dashboard-cert": { kind: "string", value: "FILE", help: "Certificate chain (PEM) for HTTPS" },
  "dashboard-key": { kind: "string", value: "FILE", help: "Its private key (PEM)" },
  "allow-replay": {
    kind: "address",
    repeatable: true,
    help: "Where a replay from the dashboard may go besides this machine",
  },
} as const;

export type DashboardOptions = CommandArguments<typeof DASHBOARD_OPTIONS>["options"];

export interface DashboardPlace {
  readonly address: Address;
  readonly places: readonly string[];
  readonly proxy: boolean;
  readonly setRecording?: (on: boolean) => void;
  /** The dashboard's thread died. */
  readonly died?: (reason: string) => void;
}

/** Takes another port where the usual one is in use, unless it was asked for. */
export async function openDashboard(
  options: DashboardOptions,
  { context, address, ...place }: DashboardPlace & { readonly context: Context },
): Promise<DashboardThread> {
  const { host: hostname = "127.0.0.1", port } = address;
  const { access, tls } = readSecurity(options, { context, hostname });
  const log = logger("dashboard");
  const settings = {
    died: (reason: string) => log.warn("The dashboard stopped: {reason}", { reason }),
    fault: (text: string) =>
      log.error("A fault of the dashboard, please report it: {text}", { text }),
    ...place,
    hostname,
    access,
    tls,
    replayTargets: options["allow-replay"].map(formatAddress),
  };
  try {
    return await startDashboard({ ...settings, port });
  } catch (error) {
    const isDefault = formatAddress(address) === DEFAULT_DASHBOARD;
    if (!isDefault || (error as { code?: string }).code !== "EADDRINUSE") throw error;
    context.err.line(`Port ${port} is in use: the dashboard takes another one`);
    return startDashboard({ ...settings, port: 0 });
  }
}

function readSecurity(
  options: DashboardOptions,
  { context, hostname }: { readonly context: Context; readonly hostname: string },
) {
  const auth = options["dashboard-auth"];
  const cert = options["dashboard-cert"];
  const key = options["dashboard-key"];
  if ((cert === undefined) !== (key === undefined)) {
    throw usageError("--dashboard-cert and --dashboard-key belong together");
  }
  const elsewhere = !isThisMachine(hostname);
  if (elsewhere && auth === undefined) {
    throw usageError(
      `The dashboard is not opened on ${hostname} without --dashboard-auth FILE`,
      "Others could see patients' data there. Make the file with: dicomtap dashboard --new-token NAME:ROLE",
    );
  }
  if (elsewhere && cert === undefined) {
    context.err.line(
      context.errPaint.yellow(
        `The dashboard on ${hostname} is not encrypted: tokens and patients' data can be read on the way (--dashboard-cert, --dashboard-key)`,
      ),
    );
  }
  const tls = cert === undefined || key === undefined ? undefined : readTls(cert, key);
  return { access: auth === undefined ? undefined : readAuth(auth), tls };
}

/** The text, once it is known that it can be read. */
function readAuth(path: string): string {
  const text = readTextFile(path, "--dashboard-auth");
  const shown = escapeControls(path);
  if (process.platform !== "win32" && (statSync(path).mode & 0o022) !== 0) {
    throw usageError(`${shown} can be written by others`, `Take that away: chmod go-w ${shown}`);
  }
  try {
    readAccess(text);
  } catch (error) {
    throw usageError(`Cannot use ${shown}: ${escapeControls((error as Error).message)}`);
  }
  return text;
}

/** The files of both, or a usage error that says which cannot be used, and why. */
function readTls(certPath: string, keyPath: string) {
  const cert = readTextFile(certPath, "--dashboard-cert");
  const key = readTextFile(keyPath, "--dashboard-key");
  // Both may stand in one file. Of that, Deno's TLS takes either; its parsers want the block alone.
  const certificate = parsed(() => new X509Certificate(CERTIFICATE.exec(cert)?.[0] ?? ""), {
    wrong: `Option --dashboard-cert: ${escapeControls(certPath)} has no certificate in PEM`,
  });
  const privateKey = parsed(() => createPrivateKey(PRIVATE_KEY.exec(key)?.[0] ?? ""), {
    wrong: `Option --dashboard-key: ${escapeControls(keyPath)} has no private key in PEM, or one with a passphrase`,
  });
  if (!certificate.checkPrivateKey(privateKey)) {
    throw usageError(
      "The key of --dashboard-key does not belong to the certificate of --dashboard-cert",
      "The certificate of this server comes first in its file, before those that signed it.",
    );
  }
  return { cert, key };
}

/** The first of a file, PEM (RFC 7468 2). "TRUSTED CERTIFICATE" and "X509 CERTIFICATE" are OpenSSL's. */
const CERTIFICATE = /-----BEGIN ((?:[A-Z0-9]+ )?CERTIFICATE)-----[\s\S]*?-----END \1-----/;
const PRIVATE_KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

function parsed<T>(parse: () => T, { wrong }: { readonly wrong: string }): T {
  try {
    return parse();
  } catch {
    throw usageError(wrong);
  }
}
