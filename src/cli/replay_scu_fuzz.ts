/**
 * `dicomtap replay scu --fuzz SEED`: plays captures with seeded changes to a target on this machine
 * until it fails, and says the least that makes it fail.
 *
 * Exit codes: 0 nothing was found; 1 something was; 3 the target was not there to begin with.
 */
import { join } from "node:path";
import { type FuzzFinding, fuzzReplay } from "../../replay/fuzz/fuzz_replay.ts";
import { formatAddress, isThisMachine } from "../address.ts";
import { NewFile } from "../io/file_new.ts";
import { nodeFileSystem } from "../io/file_system.ts";
import { formatCount, formatDurationMs, formatSize, plural } from "../units.ts";
import type { Target } from "./association_failure.ts";
import type { ExitCode } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import type { ReplayScuOptions } from "./replay_scu_options.ts";
import { unlessStopped } from "./stop.ts";

const CASES = 10_000;

export async function fuzzTarget(
  captures: readonly string[],
  options: ReplayScuOptions & { readonly fuzz: string; readonly target: Target },
  context: Context,
): Promise<ExitCode> {
  const { fuzz: seed, target, record, json } = options;
  const cases = options["fuzz-cases"] ?? CASES;
  const where = formatAddress(target);
  if (!isThisMachine(target.host)) {
    throw usageError(
      `Cannot fuzz ${where}: it is not this machine`,
      "Changed messages are sent to this machine only: run dicomtap where the target runs.",
    );
  }
  const { out, paint } = context;
  const progress = context.progress(`Fuzzing ${where}`, cases);
  const say = (finding: FuzzFinding): void => {
    progress.done();
    const file = record === undefined ? null : keep(finding, record);
    if (json) {
      out.json({ ...finding, file });
      return;
    }
    const after = formatDurationMs(finding.ms);
    out.line(
      `${paint.red(finding.what)} in case ${finding.case} of seed ${seed}, after ${after}: ${finding.association}`,
    );
    for (const change of finding.changes) out.line(`  ${change}`);
    const size = formatSize(finding.octets.length / 2);
    const left = finding.minimised ? "" : ", nothing left out: the target was not there to try";
    const kept = file === null ? "keep them with --record DIR" : file;
    out.line(`  ${size} to send${left}: ${kept}`);
  };
  const signal = context.stopSignal();
  const result = await fuzzReplay({
    captures,
    ...{ ...target, seed, cases },
    signal,
    onFinding: say,
    onProgress: (done) => progress.at(done),
  })
    .catch(unlessStopped(signal))
    .finally(() => progress.done());
  if (result === undefined) return 0; // stopped while it read
  if (!result.reached) {
    throw new CommandError(`Cannot fuzz ${where}: no association can be had with it`, {
      exitCode: 3,
      hint: "It has to listen, and to answer the first recorded association request.",
    });
  }
  const found = result.findings.length;
  if (json) {
    const { durationMs: duration_ms } = result;
    out.json({ event: "fuzz", seed, cases: result.cases, findings: found, duration_ms });
  } else {
    const took = formatDurationMs(result.durationMs);
    const findings = found === 0 ? paint.green("no finding") : plural(found, "finding");
    out.line(`${formatCount(result.cases)} cases of seed ${seed} in ${took}: ${findings}`);
  }
  return found === 0 ? 0 : 1;
}

/** What has to be sent, octet by octet: `nc HOST PORT < FILE` does it. */
function keep({ case: number, octets }: FuzzFinding, directory: string): string {
  nodeFileSystem.makeDirectory(directory);
  const path = join(directory, `fuzz-${String(number).padStart(6, "0")}.bin`);
  if (nodeFileSystem.look(path) !== undefined) nodeFileSystem.remove(path);
  const file = new NewFile(path);
  file.write(Buffer.from(octets, "hex"));
  file.finish();
  return path;
}
