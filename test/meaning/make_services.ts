/**
 * Records the captures of test/captures/services: real programs speak with each other through
 * `dicomtap proxy`, about patients that do not exist. Run it again when a service is added; what it
 * writes is looked at before it is committed, and services_files.test.ts says what it tells.
 *
 *     npx tsx test/meaning/make_services.ts [NAME...]
 */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProxy } from "../e2e/dicomtap.ts";
import { NO_DELAY, startDcmqrscp, startStorescp } from "../support/dcmtk_servers.ts";
import { ask, startDimseScp } from "../support/dimse_peer.ts";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";
import {
  COMMITMENT,
  CT,
  image,
  MISSING,
  MPPS,
  makeImages,
  makeWorklist,
  printConfiguration,
  SERIES,
  STEP,
  STUDY,
  startArchive,
  startWorklist,
  succeed,
  TRANSACTION,
} from "./service_world.ts";

const OUT = fileURLToPath(new URL("../captures/services/", import.meta.url));

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
      await proxy.process.exit();
    },
  };
}

/** MWL, MPPS, C-STORE, Storage Commitment of one study, the report on another association. */
async function recordStudy(scope: Scope, folder: string): Promise<void> {
  const worklist = await startWorklist(scope);
  const ris = await startDimseScp(scope);
  const modality = await startDimseScp(scope);
  const back = await freePort();
  const archive = await startArchive(scope, { modalities: { MODALITY: back } });
  const tapped = await tap(scope, {
    to: [worklist, ris.port, archive],
    folder: join(folder, "1"),
  });
  const reverse = await tap(scope, {
    to: [modality.port],
    folder: join(folder, "2"),
    listen: back,
  });
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
  const series = keys(
    "QueryRetrieveLevel=SERIES",
    `StudyInstanceUID=${STUDY}`,
    "SeriesInstanceUID",
  );
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

/** Orthanc as archive and worklist: C-STORE, MWL, C-FIND, C-MOVE. */
async function recordOrthanc(scope: Scope, folder: string): Promise<void> {
  const files = await makeImages(scope, [1, 2, 3]);
  const destination = await startStorescp(scope, { aeTitle: "WORKSTATION" });
  const back = await freePort();
  const archive = await startArchive(scope, {
    modalities: { WORKSTATION: back },
    worklist: await makeWorklist(scope),
  });
  const tapped = await tap(scope, { to: [archive], folder: join(folder, "1") });
  const reverse = await tap(scope, {
    to: [destination.port],
    folder: join(folder, "2"),
    listen: back,
  });
  const to = ["-aet", "VIEWER", "-aec", "ORTHANC", "127.0.0.1", String(tapped.ports[0])];
  const series = keys("QueryRetrieveLevel=SERIES", `StudyInstanceUID=${STUDY}`);
  await succeed(scope, ["storescu", ...to, ...files]);
  await succeed(scope, ["findscu", "-W", ...to, ...keys("PatientName=Synth*", "StudyInstanceUID")]);
  await succeed(scope, [
    "findscu",
    "-S",
    ...to,
    ...series,
    ...keys("SeriesInstanceUID", "Modality=CT"),
  ]);
  const one = keys(
    "QueryRetrieveLevel=SERIES",
    `StudyInstanceUID=${STUDY}`,
    `SeriesInstanceUID=${SERIES}`,
  );
  await succeed(scope, ["movescu", "-S", "-aem", "WORKSTATION", ...to, ...one]);
  await tapped.close();
  await reverse.close();
}

/** dcmprscu prints a film with one image on dcmprscp. */
async function recordPrint(scope: Scope, folder: string): Promise<void> {
  const [file = ""] = await makeImages(scope, [1]);
  const port = await freePort();
  const server = await printConfiguration(scope, port);
  const command = ["dcmprscp", "-c", server.config, "-p", "PRINTER"];
  await scope.start(command, { env: NO_DELAY, cwd: server.folder }).listens(port);
  const tapped = await tap(scope, { to: [port], folder });
  const client = await printConfiguration(scope, tapped.ports[0] ?? 0);
  const run = { cwd: client.folder };
  await succeed(scope, ["dcmpsprt", "-c", client.config, "-p", "PRINTER", file], run);
  const database = join(client.folder, "database");
  const stored = readdirSync(database).filter((name) => name.startsWith("SP_"));
  const session = ["--copies", "2", "--medium-type", "PAPER", "--priority", "HIGH"];
  await succeed(
    scope,
    [
      "dcmprscu",
      "-c",
      client.config,
      "-p",
      "PRINTER",
      ...session,
      ...stored.map((name) => join(database, name)),
    ],
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
      {
        ...pull,
        command: "N-ACTION",
        type: 1,
        data: { ...lock, ProcedureStepState: "IN PROGRESS" },
      },
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
          ReferencedSOPSequence: [
            { ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: image(1) },
          ],
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

function keys(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["-k", name]);
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
  orthanc: recordOrthanc,
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
