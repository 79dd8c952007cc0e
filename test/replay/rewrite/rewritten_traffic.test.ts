/** Golden sessions played with everything rewritten: what was recorded is not in what is sent. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import type { RecordedMessage } from "../../../replay/recorded.ts";
import { isWellKnown, looksLikeUid, namesKinds } from "../../../replay/rewrite/uids.ts";
import { replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../../replay/scu/replay_as_scu.ts";
import { openRecordings } from "../../../replay/source/recordings.ts";
import type { DataSet } from "../../../src/dataset/data_set.ts";
import { elementStrings } from "../../../src/dataset/element_value.ts";
import { commandElementByKeyword } from "../../../src/dimse/command_dictionary.ts";
import { inScope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";

const GOLDEN = join(ROOT, "test/captures/services");
const CAPTURES = ["study_1.dcap", "orthanc_1.dcap", "retrieve_1.dcap", "services.dcap"];
const captures = CAPTURES.map((name) => join(GOLDEN, name));

test("Rewriter leaves no recorded UID, title or day in what a replay sends, and all of it consistent", async () => {
  await inScope(async (scope) => {
    const record = scope.tempDir();
    await using pacs = await replayAsScp({ captures, speed: Number.POSITIVE_INFINITY });
    const { summary } = await replayAsScu({
      ...{ captures, host: pacs.host, port: pacs.port, record },
      speed: Number.POSITIVE_INFINITY,
      rewrite: {
        ...{ uids: "new", seed: "traffic", dates: "shift", today: "20310405" },
        ae: { calling: "TESTER", called: "TESTED" },
        set: [`~m C-STORE/PatientID=N\${counter}`],
      },
    });
    assert.ok(summary.exchanges > 40);
    const was = factsOf(captures);
    const is = factsOf(readdirSync(record).map((name) => join(record, name)));
    assert.deepEqual([...is.titles].sort(), ["TESTED", "TESTER"]);
    // what the recorded PACS found or made it gives again, and is then asked for
    const given = factsOf(captures, "acceptor").uids;
    const leaked = [...is.uids].filter((uid) => was.uids.has(uid) && !given.has(uid));
    assert.deepEqual(leaked, []);
    assert.equal(is.uids.size, was.uids.size);
    assert.deepEqual(
      [...is.days].filter((day) => was.days.has(day)),
      [],
    );
    assert.ok([...is.days].some((day) => day.startsWith("2030") || day.startsWith("2031")));
    assert.deepEqual(
      is.instances.map(([command, data]) => command === data),
      is.instances.map(() => true),
    );
    assert.ok(is.instances.length >= 6);
    assert.deepEqual(
      is.patients,
      is.patients.map((_, at) => `N${at + 1}`),
    );
    console.log(
      `rewrote ${summary.exchanges} exchanges: ${was.uids.size} UIDs, ${was.days.size} days, ${was.titles.size} titles, none left`,
    );
  });
});

interface Facts {
  readonly uids: Set<string>;
  readonly days: Set<string>;
  readonly titles: Set<string>;
  /** Affected SOP Instance UID and SOP Instance UID of each C-STORE-RQ. */
  readonly instances: (readonly [unknown, unknown])[];
  readonly patients: (string | undefined)[];
}

/** Of all that one side says. */
function factsOf(paths: readonly string[], sender = "requestor"): Facts {
  const facts: Facts = {
    uids: new Set(),
    days: new Set(),
    titles: new Set(),
    instances: [],
    patients: [],
  };
  using recordings = openRecordings(paths);
  for (const { messages, summary } of recordings.associations()) {
    facts.titles.add(summary.calling_ae_title ?? "").add(summary.called_ae_title ?? "");
    for (const message of messages) if (message.sender === sender) collect(message, facts);
  }
  return facts;
}

function collect({ command, values, dataSet }: RecordedMessage, facts: Facts): void {
  for (const [keyword, value] of Object.entries(values)) {
    const entry = commandElementByKeyword(keyword);
    if (entry?.vr === "UI" && !namesKinds(entry.tag)) addUid(String(value), facts);
  }
  if (dataSet === undefined) return;
  const read = dataSet.read();
  collectElements(read, facts);
  if (command !== "C-STORE-RQ") return;
  facts.instances.push([values["AffectedSOPInstanceUID"], read.text("SOPInstanceUID")]);
  facts.patients.push(read.text("PatientID"));
}

function collectElements(dataSet: DataSet, facts: Facts): void {
  for (const element of dataSet.elements) {
    if (element.kind === "sequence") for (const item of element.items) collectElements(item, facts);
    if (element.kind !== "value") continue;
    const { tag, vr } = element;
    for (const text of elementStrings(element, dataSet.characterSet)) {
      if (vr === "UI" && !namesKinds(tag)) addUid(text, facts);
      if (vr === "DA" && tag !== 0x00100030)
        for (const [day] of text.matchAll(/\d{8}/g)) facts.days.add(day);
    }
  }
}

function addUid(uid: string, { uids }: Facts): void {
  if (looksLikeUid(uid) && !isWellKnown(uid)) uids.add(uid);
}
