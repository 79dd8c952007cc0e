/** `dicomtap dashboard`: look at captures in the browser, without a proxy. */
import { accessLine, readUser } from "../dashboard/access.ts";
import { randomToken } from "../dashboard/dashboard_thread.ts";
import { escapeControls } from "../escape.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { configureLog, flushLog } from "../io/log.ts";
import { plural } from "../units.ts";
import { defineCommand, type ExitCode, JSON_OPTION } from "./command.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { DASHBOARD_OPTIONS, DEFAULT_DASHBOARD, openDashboard } from "./dashboard_options.ts";

export const command = defineCommand({
  name: "dashboard",
  summary: "Look at captures in the browser, without a proxy",
  usage: "CAPTURE...",
  about:
    "CAPTURE is a file, or a directory of them; what is added there later is shown too. Roles: a viewer sees all but patients' data, an operator sees it and starts replays, an admin does everything.",
  operands: { min: 0, max: Number.POSITIVE_INFINITY },
  options: {
    listen: { kind: "address", default: DEFAULT_DASHBOARD, help: "Where it listens" },
    ...DASHBOARD_OPTIONS,
    "new-token": {
      kind: "string",
      value: "NAME:ROLE",
      help: "Print a token for a viewer, operator or admin and its line for --dashboard-auth, and end",
    },
    json: JSON_OPTION,
  },
  examples: [
    { run: "dicomtap dashboard captures", does: "Open the link that it prints" },
    { run: "dicomtap dashboard --new-token anna:operator", does: "A token for somebody else" },
    {
      run: "dicomtap dashboard captures --listen 0.0.0.0:8104 --dashboard-auth users",
      does: "For others too",
    },
  ],
  run: async ({ options, operands }, context) => {
    if (options["new-token"] !== undefined) {
      return newToken(options["new-token"], { context, json: options.json });
    }
    if (operands.length === 0) {
      throw usageError("CAPTURE is missing", "Usage: dicomtap dashboard CAPTURE...");
    }
    capturePaths(operands); // what is not there is told before anything starts
    configureLog({ json: options.json });
    const stop = context.stopSignal();
    let end: (exitCode: ExitCode) => void = () => {};
    const ended = new Promise<ExitCode>((resolve) => {
      end = resolve;
    });
    const dashboard = await openDashboard(options, {
      context,
      address: options.listen,
      places: operands,
      proxy: false,
      died: (reason) => {
        context.err.line(context.errPaint.red(`The dashboard stopped: ${reason}`));
        end(1);
      },
    });
    if (options.json) {
      const { url } = dashboard;
      context.out.json({
        event: "ready",
        routes: [],
        dashboard: url,
        record: null,
        captures: operands,
      });
    } else {
      context.out.line(`Dashboard: ${dashboard.url}`);
      const [only = ""] = operands;
      const what = operands.length === 1 ? only : plural(operands.length, "place");
      context.out.line(context.paint.dim(`Showing ${escapeControls(what)}. Ctrl-C stops.`));
    }
    if (stop.aborted) end(0);
    stop.addEventListener("abort", () => end(0), { once: true });
    const exitCode = await ended;
    await dashboard.stop();
    await flushLog();
    return exitCode;
  },
});

function newToken(
  text: string,
  { context, json }: { readonly context: Context; readonly json: boolean },
): ExitCode {
  const user = readUser(text);
  if (user === undefined) {
    throw usageError(
      `Cannot use --new-token ${escapeControls(text)}: NAME:ROLE is needed`,
      "ROLE is viewer, operator or admin.",
    );
  }
  const token = randomToken();
  const line = accessLine(user, token);
  if (json) {
    context.out.json({ event: "token", name: user.name, role: user.role, token, line });
    return 0;
  }
  context.err.line("The line for the file of --dashboard-auth; the token is shown only this once:");
  context.out.line(line);
  context.err.line(`Token of ${user.name}: ${token}`);
  return 0;
}
