/**
 * Programs that tests work with but that a machine may lack: DCMTK, tshark, other runtimes, ...
 * A test that needs one is skipped where it is missing, and says what to install; with
 * DICOMTAP_REQUIRE_PARTNERS=1 (as in .ci/run) it fails instead.
 *
 *     const storescu = partner("storescu", "dcmtk");
 *     test.skipIf(storescu === undefined)("F-01 ...", async () => { ... });
 */
import { spawnSync } from "node:child_process";
import { test } from "vitest";
import { findProgram, RUNTIME_HINT, type StartableRuntime, startableRuntime } from "./runtimes.ts";

const told = new Set<string>();

/** The path of a program, or `undefined` after saying which Debian package has it. */
export function partner(program: string, debianPackage: string): string | undefined {
  const path = findProgram(program);
  if (path === undefined) missing(program, `apt-get install ${debianPackage}`);
  return path;
}

/** A Python that has the modules, or `undefined` after saying which Debian package has them. */
export function partnerPython(
  modules: readonly string[],
  debianPackage: string,
): string | undefined {
  // Debian's own first: its packages are not seen by a Python installed beside it.
  for (const python of ["/usr/bin/python3", findProgram("python3")]) {
    if (python === undefined) continue;
    const { status } = spawnSync(python, ["-c", `import ${modules.join(", ")}`], {
      stdio: "ignore",
    });
    if (status === 0) return python;
  }
  missing(`Python with ${modules.join(", ")}`, `apt-get install ${debianPackage}`);
  return undefined;
}

/** A runtime to start, or `undefined` after saying how to install it. */
export function partnerRuntime(name: StartableRuntime["name"]): StartableRuntime | undefined {
  const found = startableRuntime(name);
  if (found === undefined) missing(name, RUNTIME_HINT);
  return found;
}

/** Says what is missing, once a file; where everything is required, adds a test that fails. */
export function missing(what: string, install: string): void {
  if (told.has(what)) return;
  told.add(what);
  const reason = `${what} is not on this machine: ${install}`;
  console.log(`skipped: ${reason}`);
  if (process.env["DICOMTAP_REQUIRE_PARTNERS"] === "1") {
    test(`${what} is there`, () => {
      throw new Error(reason);
    });
  }
}
