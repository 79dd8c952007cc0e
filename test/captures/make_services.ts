/**
 * Records the captures of test/captures/services: real programs speak with each other through
 * `dicomtap proxy`, about patients that do not exist. Run it again when a service is added; what it
 * writes is looked at before it is committed, and the tests beside test/meaning say what it tells.
 *
 *     npx tsx test/captures/make_services.ts
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NO_DELAY, startDcmqrscp, startStorescp } from "../support/dcmtk_servers.ts";
import { ask, startDimseScp } from "../support/dimse_peer.ts";
import { freePort, portOpen } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { findProgram, ownRuntime } from "../support/runtimes.ts";
import { startProxy } from "../e2e/dicomtap.ts";

const OUT = fileURLToPath(new URL("services/", import.meta.url));

const STUDY = "2.25.4001";
const SERIES = "2.25.40011";
const STEP = "2.25.40012";
const TRANSACTION = "2.25.40013";
const MISSING = "2.25.499999";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const MPPS = "1.2.840.10008.3.1.2.3.3";
const COMMITMENT = "1.2.840.10008.1.20.1";
const image = (number: number) => `2.25.40011${number}`;

interface Tapped {
  /** By name of the route, the port that leads through the proxy. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** A proxy with a route to each of these ports; closes the capture when told. */
async function tap(
  scope: Scope,
  { to, folder, listen }: { to: readonly number[]; folder: string; listen?: number },
): Promise<Tapped> {
  const config = join(scope.tempDir(), "routes.json");
  const routes = to.map((port) => ({
    listen: `127.0.0.1:${listen ?? 0}`,
    to: `127.0.0.1:${port}`,
  }));
  writeFileSync(config, JSON.stringify({ routes }));
  mkdirSync(folder, { recursive: true });
  const proxy = await startProxy(scope, { runtime: ownRuntime(), to: { config }, folder });
  return {
    ports: proxy.ready.routes.map((route) => Number(/:(\d+)$/.exec(route.listen)?.[1])),
    close: async () => {
      proxy.process.signal("SIGTERM");
      await proxy.process.exit(20_000);
    },
  };
}

/** MWL, MPPS, C-STORE, Storage Commitment of one study, the report on another association. */
async function recordStudy(scope: Scope, folder: string): Promise<void> {
  const worklist = await startWorklist(scope);
  const ris = await startDimseScp(scope);
  const modality = await startDimseScp(scope);
  const back = await freePort();
  const archive = await startArchive(scope, { title: "MODALITY", port: back });
  const tapped = await tap(scope, {
    to: [worklist, ris.port, archive],
    folder: join(folder, "1"),
  });
  const reverse = await tap(scope, { to: [modality.port], folder: join(folder, "2"), listen: back });
  const [mwl = 0, mpps = 0, pacs = 0] = tapped.ports;
  const files = await makeImages(scope, [1, 2, 3]);
  const step = { sopClass: MPPS, instance: STEP };
  const toRis = { port: mpps, calling: "MODALITY", called: "RIS" };

  await succeed(scope, [
    ..."findscu -W -aet MODALITY -aec WORKLIST 127.0.0.1".split(" "),
    String(mwl),
    ...keys("PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID"),
    ...keys("0040,0100[0].Modality=CT", "0040,0100[0].ScheduledProcedureStepStartDate=20260201"),
  ]);
  await ask([{ ...step, command: "N-CREATE", data: STEP_BEGINS }], toRis);
  await succeed(scope, [
    ..."storescu -aet MODALITY -aec ORTHANC -xs 127.0.0.1".split(" "),
    String(pacs),
    ...files,
  ]);
  await ask([{ ...step, command: "N-SET", data: STEP_ENDS }], toRis);
  const request = {
    TransactionUID: TRANSACTION,
    ReferencedSOPSequence: [image(1), image(2), image(3), MISSING].map((uid) => ({
      ReferencedSOPClassUID: CT,
      ReferencedSOPInstanceUID: uid,
    })),
  };
  await ask(
    [
      {
        command: "N-ACTION",
        sopClass: COMMITMENT,
        instance: "1.2.840.10008.1.20.1.1",
        type: 1,
        data: request,
      },
    ],
    { port: pacs, calling: "MODALITY", called: "ORTHANC" },
  );
  await until(() => modality.heard.includes("N-EVENT-REPORT"));
  await new Promise((resolve) => setTimeout(resolve, 500)); // the release behind it
  await tapped.close();
  await reverse.close();
}

/** C-FIND on three levels, C-MOVE to another AE, C-GET, from dcmqrscp. */
async function recordRetrieve(scope: Scope, folder: string): Promise<void> {
  const files = await makeImages(scope, [1, 2, 3]);
  const destination = await startStorescp(scope, { aeTitle: "WORKSTATION" });
  const back = await freePort();
  const archive = await startDcmqrscp(scope, { files, destinations: { WORKSTATION: back } });
  const tapped = await tap(scope, { to: [archive.port], folder: join(folder, "1") });
  const reverse = await tap(scope, {
    to: [destination.port],
    folder: join(folder, "2"),
    listen: back,
  });
  const to = ["-aet", "VIEWER", "-aec", "QRSCP", "127.0.0.1", String(tapped.ports[0])];
  const study = keys("QueryRetrieveLevel=STUDY", `StudyInstanceUID=${STUDY}`);
  const series = keys("QueryRetrieveLevel=SERIES", `StudyInstanceUID=${STUDY}`, "SeriesInstanceUID");
  await succeed(scope, [
    ..."findscu -S".split(" "),
    ...to,
    ...keys("QueryRetrieveLevel=STUDY", "StudyDate=20260101-", "PatientID=SYN*"),
    ...keys("PatientName", "StudyInstanceUID"),
  ]);
  await succeed(scope, ["findscu", "-S", ...to, ...series]);
  await succeed(scope, ["movescu", "-S", "-aem", "WORKSTATION", ...to, ...study]);
  await succeed(scope, ["getscu", "-S", "-od", scope.tempDir(), ...to, ...study]);
  // a destination that the archive does not know: A801
  await scope.run(["movescu", "-S", "-aem", "NOBODY", ...to, ...study]);
  await tapped.close();
  await reverse.close();
}

/** dcmprscu prints a film with one image on dcmprscp. */
async function recordPrint(scope: Scope, folder: string): Promise<void> {
  const [file = ""] = await makeImages(scope, [1]);
  const port = await freePort();
  const server = await printConfiguration(scope, port);
  scope.start(["dcmprscp", "-c", server.config, "-p", "PRINTER"], { env: NO_DELAY, cwd: server.folder });
  await portOpen(port, 10_000);
  const tapped = await tap(scope, { to: [port], folder });
  const client = await printConfiguration(scope, tapped.ports[0] ?? 0);
  const run = { cwd: client.folder };
  await succeed(scope, ["dcmpsprt", "-c", client.config, "-p", "PRINTER", file], run);
  const database = join(client.folder, "database");
  const stored = readdirSync(database).filter((name) => name.startsWith("SP_"));
  const session = ["--copies", "2", "--medium-type", "PAPER", "--priority", "HIGH"];
  await succeed(
    scope,
    ["dcmprscu", "-c", client.config, "-p", "PRINTER", ...session, ...stored.map((name) => join(database, name))],
    run,
  );
  await tapped.close();
}

/** UPS, Instance Availability, Media Creation and Print Job between two dcmjs-dimse. */
async function recordServices(scope: Scope, folder: string): Promise<void> {
  const scp = await startDimseScp(scope, {
    "N-GET": { ProcedureStepState: "SCHEDULED", ProcedureStepLabel: "Treatment 1" },
  });
  const tapped = await tap(scope, { to: [scp.port], folder });
  const route = { port: tapped.ports[0] ?? 0, calling: "PLANNER", called: "MANAGER" };
  const push = { sopClass: "1.2.840.10008.5.1.4.34.6.1", instance: "2.25.5001" };
  const pull = { ...push, sopClass: "1.2.840.10008.5.1.4.34.6.3" };
  const events = { ...push, sopClass: "1.2.840.10008.5.1.4.34.6.4" };
  const lock = { TransactionUID: "2.25.5002" };
  await ask(
    [
      {
        ...push,
        command: "N-CREATE",
        data: {
          ProcedureStepState: "SCHEDULED",
          ProcedureStepLabel: "Treatment 1",
          ScheduledProcedureStepPriority: "MEDIUM",
          PatientName: "Synthetic^Planned",
          PatientID: "SYN-5",
        },
      },
      { ...push, command: "N-GET" },
    ],
    route,
  );
  await ask(
    [
      { ...pull, command: "N-ACTION", type: 1, data: { ...lock, ProcedureStepState: "IN PROGRESS" } },
      {
        ...pull,
        command: "N-SET",
        data: {
          ...lock,
          ProcedureStepProgressInformationSequence: [{ ProcedureStepProgress: "50" }],
        },
      },
      { ...pull, command: "N-ACTION", type: 1, data: { ...lock, ProcedureStepState: "COMPLETED" } },
    ],
    { ...route, calling: "LINAC" },
  );
  await ask(
    [
      {
        ...events,
        command: "N-EVENT-REPORT",
        type: 1,
        data: { ProcedureStepState: "COMPLETED", InputReadinessState: "READY" },
      },
    ],
    { ...route, calling: "MANAGER", called: "PLANNER" },
  );
  await ask(
    [
      {
        command: "N-CREATE",
        sopClass: "1.2.840.10008.5.1.4.33",
        instance: "2.25.5003",
        data: {
          StudyInstanceUID: STUDY,
          ReferencedSeriesSequence: [
            {
              SeriesInstanceUID: SERIES,
              ReferencedSOPSequence: [image(1), image(2)].map((uid) => ({
                ReferencedSOPClassUID: CT,
                ReferencedSOPInstanceUID: uid,
                InstanceAvailability: "ONLINE",
                RetrieveAETitle: "ORTHANC",
              })),
            },
          ],
        },
      },
      {
        command: "N-CREATE",
        sopClass: "1.2.840.10008.5.1.1.33",
        instance: "2.25.5004",
        data: {
          ReferencedSOPSequence: [{ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: image(1) }],
        },
      },
      {
        command: "N-ACTION",
        sopClass: "1.2.840.10008.5.1.1.33",
        instance: "2.25.5004",
        type: 1,
        data: { NumberOfCopies: "2" },
      },
      {
        command: "N-DELETE",
        sopClass: "1.2.840.10008.5.1.1.1",
        instance: "2.25.5005",
      },
    ],
    { ...route, called: "ORTHANC" },
  );
  await tapped.close();
}

const STEP_BEGINS = {
  PerformedProcedureStepStatus: "IN PROGRESS",
  PerformedProcedureStepID: "PPS1",
  PerformedProcedureStepStartDate: "20260201",
  PerformedProcedureStepStartTime: "090000",
  PerformedStationAETitle: "MODALITY",
  Modality: "CT",
  PatientName: "Synthetic^Patient",
  PatientID: "SYN-1",
  ScheduledStepAttributesSequence: [
    { StudyInstanceUID: STUDY, AccessionNumber: "ACC1", ScheduledProcedureStepID: "SPS1" },
  ],
  PerformedSeriesSequence: [],
};

const STEP_ENDS = {
  PerformedProcedureStepStatus: "COMPLETED",
  PerformedProcedureStepEndDate: "20260201",
  PerformedProcedureStepEndTime: "091500",
  PerformedSeriesSequence: [
    {
      SeriesInstanceUID: SERIES,
      ProtocolName: "Synthetic protocol",
      ReferencedImageSequence: [image(1), image(2), image(3)].map((uid) => ({
        ReferencedSOPClassUID: CT,
        ReferencedSOPInstanceUID: uid,
      })),
    },
  ],
};

async function startWorklist(scope: Scope): Promise<number> {
  const folder = scope.tempDir();
  const items = join(folder, "WORKLIST");
  mkdirSync(items);
  writeFileSync(join(items, "lockfile"), ""); // wlmscpfs serves no folder without one
  for (const [number, study] of [
    [1, STUDY],
    [2, "2.25.4999"],
  ] as const) {
    const dump = join(items, `item${number}.dump`);
    writeFileSync(
      dump,
      `
(0008,0005) CS [ISO_IR 100]
(0008,0050) SH [ACC${number}]
(0010,0010) PN [Synthetic^Patient]
(0010,0020) LO [SYN-${number}]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [${study}]
(0032,1060) LO [Synthetic procedure]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [CT]
(0040,0001) AE [MODALITY]
(0040,0002) DA [20260201]
(0040,0003) TM [090000]
(0040,0006) PN [Performing^Synthetic]
(0040,0007) LO [Step ${number}]
(0040,0009) SH [SPS${number}]
(fffe,e00d) -
(fffe,e0dd) -
(0040,1001) SH [RP${number}]
`.trimStart(),
    );
    await succeed(scope, ["dump2dcm", "-q", "+te", dump, join(items, `item${number}.wl`)]);
  }
  const port = await freePort();
  scope.start(["wlmscpfs", "-dfp", folder, "-csk", String(port)], { env: NO_DELAY });
  await portOpen(port, 10_000);
  return port;
}

/** Orthanc, which knows one modality, to send it the reports of Storage Commitment. */
async function startArchive(
  scope: Scope,
  { title, port }: { title: string; port: number },
): Promise<number> {
  const program = findProgram("Orthanc");
  if (program === undefined) throw new Error("Orthanc is not on this machine");
  const folder = scope.tempDir();
  const own = await freePort();
  const config = join(folder, "orthanc.json");
  writeFileSync(
    config,
    JSON.stringify({
      Name: "dicomtap golden",
      StorageDirectory: join(folder, "storage"),
      IndexDirectory: join(folder, "index"),
      Plugins: [],
      DicomAet: "ORTHANC",
      DicomPort: own,
      HttpServerEnabled: false,
      RemoteAccessAllowed: false,
      DicomAlwaysAllowStore: true,
      DicomModalities: { modality: [title, "127.0.0.1", port] },
    }),
  );
  scope.start([program, config], { env: NO_DELAY, cwd: folder });
  await portOpen(own, 20_000);
  return own;
}

async function printConfiguration(
  scope: Scope,
  port: number,
): Promise<{ readonly folder: string; readonly config: string }> {
  const folder = scope.tempDir();
  for (const name of ["database", "spool", "log", "lut"]) mkdirSync(join(folder, name));
  const config = join(folder, "dcmpstat.cfg");
  writeFileSync(
    config,
    `
[[GENERAL]]
[APPLICATION]
LogDirectory = ${folder}/log
[PRINT]
Directory = ${folder}/spool
DetailedLog = false
BinaryLog = false
DeletePrintJobs = true
MinPrintResolution = 128\\128
MaxPrintResolution = 256\\256
[DATABASE]
Directory = ${folder}/database
[LUT]
Directory = ${folder}/lut
[NETWORK]
aetitle = PRINTSCU
[[COMMUNICATION]]
[PRINTER]
Aetitle = PRINTER
Description = Synthetic printer
Hostname = 127.0.0.1
Port = ${port}
Type = LOCALPRINTER
DisplayFormat = 1,1\\2,2
FilmDestination = MAGAZINE\\PROCESSOR
FilmSizeID = 8INX10IN\\14INX17IN
MagnificationType = REPLICATE\\BILINEAR
MaxDensity = 320
MaxPDU = 32768
MediumType = PAPER\\CLEAR FILM
MinDensity = 20
Supports12Bit = true
SupportsPresentationLUT = true
`.trimStart(),
  );
  return { folder, config };
}

async function makeImages(scope: Scope, numbers: readonly number[]): Promise<string[]> {
  const folder = scope.tempDir();
  const side = 32;
  const made: string[] = [];
  for (const number of numbers) {
    const name = join(folder, `ct${number}`);
    writeFileSync(`${name}.raw`, Uint8Array.from({ length: side * side * 2 }, (_, at) => (at % 2 === 0 ? (at * number) & 0x7f : 0)));
    writeFileSync(`${name}.dump`, imageDump({ number, side, raw: `${name}.raw` }));
    await succeed(scope, ["dump2dcm", "-q", "+te", `${name}.dump`, `${name}.dcm`]);
    if (!existsSync(`${name}.dcm`)) throw new Error(`${name}.dcm was not made`);
    made.push(`${name}.dcm`);
  }
  return made;
}

function imageDump({ number, side, raw }: { number: number; side: number; raw: string }): string {
  return `
(0008,0005) CS [ISO_IR 100]
(0008,0016) UI [${CT}]
(0008,0018) UI [${image(number)}]
(0008,0020) DA [20260201]
(0008,0030) TM [090500]
(0008,0050) SH [ACC1]
(0008,0060) CS [CT]
(0008,0070) LO [Nobody]
(0008,0090) PN [Referring^Synthetic]
(0010,0010) PN [Synthetic^Patient]
(0010,0020) LO [SYN-1]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [${STUDY}]
(0020,000e) UI [${SERIES}]
(0020,0010) SH [1]
(0020,0011) IS [1]
(0020,0013) IS [${number}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US ${side}
(0028,0011) US ${side}
(0028,0100) US 16
(0028,0101) US 12
(0028,0102) US 11
(0028,0103) US 0
(0028,1050) DS [64]
(0028,1051) DS [128]
(0028,1052) DS [0]
(0028,1053) DS [1]
(7fe0,0010) OW =${raw}
`.trimStart();
}

function keys(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["-k", name]);
}

async function succeed(
  scope: Scope,
  command: readonly string[],
  options: { cwd?: string } = {},
): Promise<void> {
  const { code, stdout, stderr } = await scope.run(command, options);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stdout}${stderr}`);
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Waited 20 s in vain");
}


const SCENARIOS: Readonly<Record<string, (scope: Scope, folder: string) => Promise<void>>> = {
  study: recordStudy,
  retrieve: recordRetrieve,
  print: recordPrint,
  services: recordServices,
};

const wanted = process.argv.slice(2);
mkdirSync(OUT, { recursive: true });
for (const [name, record] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await inScope(async (scope) => {
    const folder = scope.tempDir();
    await record(scope, folder);
    const captures = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(".dcap"))
      .sort();
    for (const [at, file] of captures.entries()) {
      const target = `${name}${captures.length > 1 ? `_${at + 1}` : ""}.dcap`;
      copyFileSync(join(folder, file), join(OUT, target));
      console.log(`${target} from ${file}`);
    }
  });
}

