import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { DataElement } from "../../src/dataset/element.ts";
import { type Head, readHead } from "../../src/meaning/read_head.ts";
import { AssociationObserver } from "../../src/observe/association_observer.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { big, explicit, item, join, UNDEFINED } from "../support/data_set_bytes.ts";
import { messageBytes, STORE_RQ } from "../support/dimse_stream.ts";
import { ac, answer, proposal, rq } from "../support/scripted_association.ts";

const EXPLICIT = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const JPEG = "1.2.840.10008.1.2.4.50";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const ROWS = explicit(0x00280010, "US", [0, 2]);

/** The head of a data set of a C-STORE that is recorded up to `headLength` octets. */
function headOf(
  octets: Uint8Array,
  { syntax = EXPLICIT, headLength = 300 } = {},
): Head | undefined {
  let head: Head | undefined;
  const observer = new AssociationObserver(
    {
      messageEnded: (observed) => {
        head = readHead(observed);
      },
    },
    { headLength },
  );
  observer.opened({ capture: "x", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
  observer.bytes("requestor", 1, encodePdu(rq({ contexts: [proposal(1, CT, [syntax])] })));
  observer.bytes("acceptor", 2, encodePdu(ac({ contexts: [answer(1, 0, [syntax])] })));
  observer.bytes("requestor", 3, messageBytes(STORE_RQ, { dataSet: octets }));
  return head;
}

function lastOf(head: Head | undefined): DataElement | undefined {
  return head?.dataSet.elements.at(-1);
}

describe("readHead()", () => {
  const pixels = new Uint8Array(70_000);

  test("gives all of a data set that fits, and nothing is missing", () => {
    const head = headOf(join(ROWS, explicit(0x7fe00010, "OW", new Uint8Array(100))));
    assert.equal(head?.missing, 0);
    assert.equal(head?.counted, true);
    assert.equal(head?.dataSet.number(0x00280010), 512);
  });

  test("gives pixels that are cut by the length that they declare", () => {
    const head = headOf(join(ROWS, explicit(0x7fe00010, "OW", pixels)));
    const last = lastOf(head);
    assert.deepEqual([last?.kind, last?.offset], ["bulk", ROWS.length + 12]);
    assert.equal(last?.kind === "bulk" && last.length, 70_000);
    assert.equal(head?.missing, ROWS.length + 12 + 70_000 - 300);
    assert.equal(head?.counted, true);
    assert.deepEqual(head?.findings, []);
    const other = headOf(big(0x7fe00010, "OW", pixels), { syntax: BIG });
    const bulk = lastOf(other);
    assert.equal(bulk?.kind === "bulk" && bulk.length, 70_000);
  });

  test("gives the last fragment that is cut by the length that it declares", () => {
    const fragments = join(item(new Uint8Array(0)), item(new Uint8Array(50)), item(pixels));
    const head = headOf(join(ROWS, explicit(0x7fe00010, "OB", fragments, UNDEFINED)), {
      syntax: JPEG,
    });
    const last = lastOf(head);
    assert.deepEqual(
      last?.kind === "fragments" && last.fragments.map(({ length }) => length),
      [0, 50, 70_000],
    );
    assert.equal(head?.counted, true);
  });

  test("says that elements are missing where the cut is not in pixels", () => {
    const texts = Array.from({ length: 50 }, (_, at) =>
      explicit(0x00100000 + at * 2, "LT", "0123456789"),
    );
    const head = headOf(join(...texts));
    assert.equal(head?.counted, false);
    assert.ok((head?.dataSet.elements.length ?? 0) > 10);
    const deflated = headOf(new Uint8Array(1000), { syntax: "1.2.840.10008.1.2.1.99" });
    assert.equal(deflated?.counted, false);
  });

  test("does not guess at a transfer syntax that it does not know", () => {
    assert.equal(headOf(ROWS, { syntax: "2.25.1" }), undefined);
  });
});
