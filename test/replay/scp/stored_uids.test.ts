import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { InstanceMap } from "../../../replay/scp/instance_map.ts";
import { exchangesOf, type RecordedExchange } from "../../../replay/scp/library.ts";
import type { LiveServer } from "../../../replay/scp/responder.ts";
import { Counterparts, learnStored, type UidsByTag } from "../../../replay/scp/stored_uids.ts";
import { recordedAssociation } from "../compare/recorded_exchange.ts";
import { CT } from "./recording.ts";

const SR = "1.2.840.10008.5.1.4.1.1.88.11";
/** Recorded in study 1: two images of series 1.1, two reports of series 1.2. */
const RECORDED = ["1.1.1", "1.1.2", "1.2.1", "1.2.2"];

describe("Counterparts", () => {
  test("of() pairs every SOP class of a study that is stored again and again", async () => {
    const modality = new Modality();
    for (const at of RECORDED.keys()) await modality.store("8", { series: "8.1", at });
    for (const pass of [1, 2, 3]) {
      const pairs: (string | undefined)[] = [];
      for (const at of RECORDED.keys()) {
        const series = `9.${pass}.${at < 2 ? 1 : 2}`;
        pairs.push(await modality.store("9", { series, at }));
      }
      assert.deepEqual(pairs, RECORDED, `pass ${pass}`);
      const live = modality.instances.meant([`9.${pass}.1`]);
      const expected = RECORDED.map((_uid, at) => `9.${pass}.${at < 2 ? 1 : 2}.${at}`);
      assert.deepEqual(RECORDED.map(live), expected, `one copy of pass ${pass}`);
    }
  });

  test("of() begins no copy for what is refused", async () => {
    const modality = new Modality();
    for (const study of ["8", "9"]) {
      for (const at of RECORDED.keys()) await modality.store(study, { series: `${study}.1`, at });
    }
    const refused = await modality.store("9", { series: "9.2", at: 0, isTaken: false });
    assert.equal(refused, RECORDED[0]);
    assert.deepEqual(
      RECORDED.map((uid) => modality.instances.isInCopy("9", uid)),
      Array(4).fill(true),
    );
    assert.equal(await modality.store("9", { series: "9.2", at: 0 }), RECORDED[0]);
    assert.equal(await modality.store("9", { series: "9.2", at: 1 }), RECORDED[1]);
  });
});

/** Stores with UIDs of its own; it is answered as the last one of its SOP class was. */
class Modality {
  readonly instances = new InstanceMap();
  readonly #server = { instances: this.instances } as unknown as LiveServer;
  readonly #counterparts = new Counterparts();
  readonly #exchanges = recordedExchanges();

  /** SOP Instance UID of the recorded one in whose place it comes. */
  async store(
    study: string,
    { series, at, isTaken = true }: { series: string; at: number; isTaken?: boolean },
  ): Promise<string | undefined> {
    const server = this.#server;
    const given = this.#exchanges[study === "8" || at % 2 === 1 ? at : at + 1];
    assert.ok(given !== undefined);
    const live: UidsByTag = new Map([
      [0x00080018, `${series}.${at}`],
      [0x0020000d, study],
      [0x0020000e, series],
    ]);
    const exchange = this.#counterparts.of(live, { exchange: given, server, isTaken });
    if (isTaken) await learnStored(live, { exchange, server });
    return exchange.sopInstanceUid;
  }
}

function recordedExchanges(): readonly RecordedExchange[] {
  const sketches = RECORDED.map((uid) => ({
    command: "C-STORE-RQ",
    values: {
      AffectedSOPClassUID: uid.startsWith("1.1.") ? CT : SR,
      AffectedSOPInstanceUID: uid,
    },
    data: {
      SOPInstanceUID: { Value: [uid] },
      StudyInstanceUID: { Value: ["1"] },
      SeriesInstanceUID: { Value: [uid.slice(0, 3)] },
    },
  }));
  return [...exchangesOf(recordedAssociation(sketches))];
}
