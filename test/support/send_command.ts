/** `dicomtap send` in the test's own process, and acceptors for it that end with the test. */
import { afterEach } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { command } from "../../src/cli/send.ts";
import { type Performers, type ServeOptions, serveAssociations } from "../../src/mod.ts";
import { inProcess, type Ran } from "./in_process.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** To do when the test is over, last in first out. */
export function afterThis(clean: () => unknown): void {
  cleanups.push(clean);
}

export function send(...args: readonly string[]): Promise<Ran> {
  return inProcess((context) => runCommand(command, { args, context }));
}

/** An acceptor on a port of 127.0.0.1, which it gives. */
export async function serve(
  perform: Performers,
  supported: ServeOptions["supported"],
  more: Partial<ServeOptions> = {},
): Promise<number> {
  const options = { host: "127.0.0.1", port: 0, supported, perform };
  const server = await serveAssociations({ ...options, ...more });
  afterThis(() => server.close());
  return server.port;
}
