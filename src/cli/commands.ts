/**
 * The list of commands. Only the command that runs is loaded; the list is static so that a bundler
 * sees every `import()`. A command without `load` is planned and says so.
 */
import type { Command } from "./command.ts";

export interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly load?: () => Promise<{ readonly command: Command }>;
}

export const COMMANDS: readonly Listed[] = [
  {
    name: "demo",
    summary: "Show everything on this machine, with nothing to set up",
    load: () => import("./demo.ts"),
  },
  {
    name: "proxy",
    summary: "Forward and record DICOM between a requestor and an acceptor",
    load: () => import("./proxy.ts"),
  },
  {
    name: "show",
    summary: "Print the associations and messages of captures",
    load: () => import("./show.ts"),
  },
  {
    name: "verify",
    summary: "Check captures for damage",
    load: () => import("./verify.ts"),
  },
  {
    name: "repair",
    summary: "Copy what is readable of a damaged capture into a sound one",
    load: () => import("./repair.ts"),
  },
  {
    name: "echo",
    summary: "Send one C-ECHO and say what came back",
    load: () => import("./echo.ts"),
  },
  {
    name: "send",
    summary: "Send one DIMSE request by hand and print what came back",
    load: () => import("./send.ts"),
  },
];
