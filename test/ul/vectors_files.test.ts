import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { ProtocolError } from "../../src/protocol_error.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { Pdu } from "../../src/ul/pdu.ts";
import { decodePdu, readPdu } from "../../src/ul/read_pdu.ts";
import { readVectors } from "../support/vectors.ts";

const vectors = readVectors("ul");

describe("S-01 vectors of all PDUs and items", () => {
  for (const { name, bytes, value } of vectors) {
    test(`decodePdu() reads ${name}`, () => {
      assert.deepEqual(decodePdu(bytes), value);
    });

    test(`encodePdu() writes ${name}`, () => {
      assert.deepEqual(encodePdu(value as Pdu), bytes);
    });

    test(`decodePdu() refuses every prefix of ${name}, readPdu() keeps its octets`, () => {
      for (let length = 0; length < bytes.length; length++) {
        const prefix = bytes.slice(0, length);
        assert.throws(() => decodePdu(prefix), ProtocolError, `prefix of ${length}`);
        assert.deepEqual(encodePdu(readPdu(prefix).pdu), prefix, `prefix of ${length}`);
      }
    });
  }

  test("S-01 every field of every PDU and item type has a vector", () => {
    const seen = new Set<string>();
    for (const { value } of vectors) collectFields(value, seen);
    const missing = FIELDS.filter((field) => !seen.has(field));
    console.log(`S-01: ${FIELDS.length - missing.length} of ${FIELDS.length} fields covered`);
    assert.deepEqual(missing, []);
  });
});

function collectFields(value: unknown, seen: Set<string>): void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  const entries = Object.entries(value);
  const kind = entries.find(([key]) => key === "type" || key === "item")?.[1];
  for (const [key, field] of entries) {
    if (kind !== undefined) seen.add(`${kind}.${key}`);
    for (const one of Array.isArray(field) ? field : [field]) collectFields(one, seen);
  }
}

/** Written from PS3.8 9.3 and PS3.7 D.3.3, not from the decoder. */
const FIELDS = `
A-ASSOCIATE-RQ: protocolVersion calledAeTitle callingAeTitle reserved reservedOctets9 reservedOctets43 items
A-ASSOCIATE-AC: protocolVersion calledAeTitle callingAeTitle items
A-ASSOCIATE-RJ: reservedOctet7 result source reason
P-DATA-TF: pdvs
A-RELEASE-RQ: type
A-RELEASE-RP: reservedOctets7
A-ABORT: reserved reservedOctets7 source reason
unknown: pduType reserved bytes
application context: reserved name
abstract syntax: uid
transfer syntax: uid
presentation context RQ: id reservedOctets6 items
presentation context AC: reserved id reservedOctet6 result reservedOctet8 items
user information: items
maximum length: reserved maximumLength
implementation class UID: uid
asynchronous operations window: maximumNumberOperationsInvoked maximumNumberOperationsPerformed
SCP/SCU role selection: sopClassUid scuRole scpRole
implementation version name: name
SOP class extended negotiation: sopClassUid serviceClassApplicationInformation
SOP class common extended negotiation: version sopClassUid serviceClassUid relatedGeneralSopClassUids reservedBytes
user identity RQ: userIdentityType positiveResponseRequested primaryField secondaryField
user identity AC: reserved serverResponse
other: itemType reserved bytes`
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [kind, fields = ""] = line.split(": ");
    return fields.split(" ").map((field) => `${kind}.${field}`);
  });
