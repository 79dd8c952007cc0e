/** Runs the scenarios of one partner, straight or through a proxy, and collects what can be compared. */

import type { DatasetFiles } from "../support/dataset_files.ts";
import {
  type Destinations,
  NO_DELAY,
  type Partner,
  type ReceivedFile,
  startDcmqrscp,
  startStorescp,
  startWlmscpfs,
  takeFiles,
} from "../support/dcmtk_servers.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { Scope } from "../support/process.ts";
import type { PartnerName, Scenario } from "./scenarios.ts";

export interface ScenarioResult {
  readonly exit: number | null;
  /** What the SCU said with `-v`, both streams, without its progress bar. */
  readonly said: readonly string[];
  readonly atPartner: readonly ReceivedFile[];
  readonly atDestination: readonly ReceivedFile[];
  readonly atScu: readonly ReceivedFile[];
}

/** A partner with its move destination; MOVEVIA is reached on a port that may be a proxy's. */
export interface Stage {
  readonly partner: Partner;
  readonly destination: Partner | undefined;
}

export interface StageOptions {
  readonly files: DatasetFiles;
  readonly orthanc: string;
  /** Where MOVEVIA is, given the port of the destination. */
  readonly via?: (destination: number) => Promise<number>;
}

export async function startStage(
  scope: Scope,
  name: PartnerName,
  { files, orthanc, via = async (port) => port }: StageOptions,
): Promise<Stage> {
  switch (name) {
    case "storescp":
      return {
        partner: await startStorescp(scope, { args: ["+xa", "-pdu", "131072"] }),
        destination: undefined,
      };
    case "storescp that rejects":
      return {
        partner: await startStorescp(scope, { args: ["--refuse"] }),
        destination: undefined,
      };
    case "storescp that aborts":
      return {
        partner: await startStorescp(scope, { args: ["--abort-during"] }),
        destination: undefined,
      };
    case "wlmscpfs":
      return { partner: await startWlmscpfs(scope), destination: undefined };
    case "dcmqrscp":
    case "Orthanc": {
      const destination = await startStorescp(scope, { aeTitle: "MOVEDEST" });
      const destinations: Destinations = {
        MOVEDEST: destination.port,
        MOVEVIA: await via(destination.port),
      };
      if (name === "dcmqrscp") {
        const partner = await startDcmqrscp(scope, { files: files.study, destinations });
        return { partner, destination };
      }
      const partner = await startOrthanc(scope, { program: orthanc, destinations });
      await fill(scope, partner, files.study);
      return { partner, destination };
    }
    default:
      return name satisfies never;
  }
}

/** Runs one scenario against whatever listens on `port`: the partner itself, or a proxy before it. */
export async function runScenario(
  scenario: Scenario,
  { stage, port, files }: { stage: Stage; port: number; files: DatasetFiles },
): Promise<ScenarioResult> {
  const scope = new Scope();
  try {
    const cwd = scope.tempDir();
    const [program = "", ...args] = scenario.command(files);
    const peer = ["-aec", stage.partner.aeTitle, "127.0.0.1", String(port)];
    const input = scenario.input?.(files) ?? [];
    const done = await scope.run([program, "-v", ...args, ...peer, ...input], {
      cwd,
      env: NO_DELAY,
    });
    return {
      exit: done.code,
      said: `${done.stdout}${done.stderr}`.replaceAll(/^XMIT: \.*/gm, "").split("\n"),
      atPartner: await stage.partner.received(),
      atDestination: (await stage.destination?.received()) ?? [],
      atScu: takeFiles(cwd),
    };
  } finally {
    await scope.close();
  }
}

export function filesOf(result: ScenarioResult): number {
  return result.atPartner.length + result.atDestination.length + result.atScu.length;
}

async function fill(scope: Scope, partner: Partner, files: readonly string[]): Promise<void> {
  const to = ["-aec", partner.aeTitle, "127.0.0.1", String(partner.port)];
  const sent = await scope.run(["storescu", ...to, ...files], { env: NO_DELAY });
  if (sent.code !== 0) throw new Error(`Cannot fill the archive: ${sent.stderr}`);
  await partner.received();
}
