/** Recordings for tests of services: what a program does to a partner, through the proxy. */
import { capturesIn, startProxy, stopProcess } from "../../../e2e/dicomtap.ts";
import { Scope } from "../../../support/process.ts";
import { ownRuntime } from "../../../support/runtimes.ts";

/** The captures of what `work` does through a proxy to `to`, a port of 127.0.0.1. */
export async function recorded(
  to: number,
  { scope, work }: { readonly scope: Scope; readonly work: (port: number) => Promise<void> },
): Promise<readonly string[]> {
  const own = new Scope();
  try {
    const proxy = await startProxy(own, { runtime: ownRuntime(), to, folder: scope.tempDir() });
    await work(proxy.port);
    await stopProcess(proxy.process);
    return capturesIn(proxy.folder);
  } finally {
    await own.close();
  }
}
