/**
 * The list of commands. Only the command that runs is loaded; the list is static so that a bundler
 * sees every `import()`. A command without `load` is planned and says so.
 *
 * A name may be two words, "replay scu": the first is then a group, whose help lists its commands.
 */
import type { Command } from "./command.ts";

export interface Listed {
  /** What the user types behind `dicomtap`. */
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
    name: "replay scu",
    summary: "Play the requestor's side of captures and compare the answers",
    load: () => import("./replay_scu.ts"),
  },
  {
    name: "replay scp",
    summary: "Play the association-acceptor's side of captures",
    load: () => import("./replay_scp.ts"),
  },
  {
    name: "dashboard",
    summary: "Look at captures in the browser, without a proxy",
    load: () => import("./dashboard.ts"),
  },
  {
    name: "diff",
    summary: "Compare two captures, or a capture and the recording of its replay",
    load: () => import("./diff.ts"),
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

/** What the first words of a command line name. */
export type Named =
  | { readonly listed: Listed; readonly rest: readonly string[] }
  /** The first of two words alone, or with a second one that is not there. */
  | { readonly group: readonly Listed[]; readonly rest: readonly string[] };

/** Undefined where the first word is neither a command nor a group. */
export function commandOf(args: readonly string[]): Named | undefined {
  const [first = "", second = ""] = args;
  for (const [name, words] of [[first, 1] as const, [`${first} ${second}`, 2] as const]) {
    const listed = COMMANDS.find((command) => command.name === name);
    if (listed !== undefined) return { listed, rest: args.slice(words) };
  }
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  return group.length === 0 ? undefined : { group, rest: args.slice(1) };
}
