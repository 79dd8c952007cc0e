/** Orthanc as a partner of end-to-end tests: loopback, no user names, storage in a temporary folder. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  byHash,
  type Destinations,
  describeFile,
  NO_DELAY,
  type Partner,
  type ReceivedFile,
} from "./dcmtk_servers.ts";
import { freePort } from "./ports.ts";
import type { Scope } from "./process.ts";

export async function startOrthanc(
  scope: Scope,
  { program, destinations }: { program: string; destinations: Destinations },
): Promise<Partner> {
  const folder = scope.tempDir();
  const port = await freePort();
  const http = await freePort();
  const config = join(folder, "orthanc.json");
  writeFileSync(config, JSON.stringify(configuration({ folder, port, http, destinations })));
  const orthanc = scope.start([program, config], { env: NO_DELAY, cwd: folder });
  await orthanc.listens(port);
  await orthanc.listens(http);
  const known = new Set<string>();
  // Identifiers of Orthanc are hashes of the UIDs: the same in every run.
  const received = async () => {
    const fresh: ReceivedFile[] = [];
    const names: readonly string[] = JSON.parse((await get(http, "/instances")).toString());
    for (const name of names) {
      if (known.has(name)) continue;
      known.add(name);
      fresh.push(describeFile(name, await get(http, `/instances/${name}/file`)));
    }
    return fresh.sort(byHash);
  };
  return { port, aeTitle: "ORTHANC", received };
}

interface Configuration {
  readonly folder: string;
  readonly port: number;
  readonly http: number;
  readonly destinations: Destinations;
}

function configuration({ folder, port, http, destinations }: Configuration): object {
  const modalities = Object.entries(destinations).map(
    ([title, at]) => [title.toLowerCase(), [title, "127.0.0.1", at]] as const,
  );
  return {
    Name: "dicomtap test",
    StorageDirectory: join(folder, "storage"),
    IndexDirectory: join(folder, "index"),
    Plugins: [],
    DicomAet: "ORTHANC",
    DicomPort: port,
    HttpPort: http,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomAlwaysAllowEcho: true,
    DicomAlwaysAllowStore: true,
    DicomAlwaysAllowFind: true,
    DicomAlwaysAllowGet: true,
    DicomAlwaysAllowMove: true,
    DicomModalities: Object.fromEntries(modalities),
    SynchronousCMove: true,
    OverwriteInstances: false,
  };
}

async function get(http: number, path: string): Promise<Buffer> {
  const answer = await fetch(`http://127.0.0.1:${http}${path}`);
  if (!answer.ok) throw new Error(`Orthanc answers ${answer.status} to GET ${path}`);
  return Buffer.from(await answer.arrayBuffer());
}
