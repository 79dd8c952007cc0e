import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { extendedNegotiationWords } from "../../src/ul/extended_negotiation.ts";
import {
  abortReasonName,
  abortSourceName,
  contextResultName,
  isListedAbort,
  isListedReject,
  itemTypeName,
  pduTypeName,
  rejectionName,
  roleSelectionName,
  userIdentityTypeName,
} from "../../src/ul/names.ts";
import { uidOf } from "../../src/ul/uid_text.ts";

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet);

describe("names of the upper layer", () => {
  test("S-03 every combination of an A-ASSOCIATE-RJ has words, the unlisted ones are flagged", () => {
    // PS3.8 9.3.4, Table 9-21: 2 results, and 4 + 2 + 2 reasons of 3 sources.
    const listed = ["1/1", "1/2", "1/3", "1/7", "2/1", "2/2", "3/1", "3/2"];
    let combinations = 0;
    let flagged = 0;
    for (const result of [0, 1, 2, 3, 255]) {
      for (const source of [0, 1, 2, 3, 4, 255]) {
        for (const reason of OCTETS) {
          const rejection = { result, source, reason };
          const isListed = (result === 1 || result === 2) && listed.includes(`${source}/${reason}`);
          assert.equal(isListedReject(rejection), isListed, JSON.stringify(rejection));
          assert.equal(/reserved/.test(rejectionName(rejection)), !isListed);
          combinations++;
          if (!isListed) flagged++;
        }
      }
    }
    console.log(
      `S-03: ${combinations} reject combinations in words, ${flagged} reserved ones flagged`,
    );
    assert.equal(combinations - flagged, 16);
    assert.equal(
      rejectionName({ result: 1, source: 1, reason: 7 }),
      "rejected permanent by UL service-user: called AE title not recognized",
    );
  });

  test("S-03 every combination of an A-ABORT has words, the reserved ones are flagged", () => {
    let listed = 0;
    for (const source of OCTETS) {
      for (const reason of OCTETS) {
        // PS3.8 9.3.8, Table 9-26: reasons 0, 1, 2, 4, 5, 6 of the provider; not significant else.
        const isListed = source === 0 || (source === 2 && [0, 1, 2, 4, 5, 6].includes(reason));
        assert.equal(isListedAbort({ source, reason }), isListed, `${source}/${reason}`);
        const words = `${abortSourceName(source)} ${abortReasonName(source, reason)}`;
        assert.equal(/reserved/.test(words), !isListed, words);
        if (isListed) listed++;
      }
    }
    console.log(
      `S-03: 65,536 abort combinations in words, ${65_536 - listed} reserved ones flagged`,
    );
    assert.equal(listed, 256 + 6);
    assert.equal(abortReasonName(2, 2), "unexpected PDU");
  });

  test("names never fail and never repeat for different listed numbers", () => {
    for (const name of [
      contextResultName,
      itemTypeName,
      pduTypeName,
      userIdentityTypeName,
      (octet: number) => roleSelectionName(octet, 255 - octet),
    ]) {
      const names = OCTETS.map(name);
      assert.ok(names.every((text) => text.length > 0));
      assert.equal(new Set(names).size, 256);
    }
    assert.equal(pduTypeName(0x16), "PDU-type 16H (unknown)");
    assert.equal(contextResultName(4), "transfer syntaxes not supported (provider rejection)");
    assert.equal(roleSelectionName(0, 1), "no SCU role, supports SCP role");
  });

  test("extendedNegotiationWords reads Query/Retrieve, worklist and Storage, and counts the rest", () => {
    const words = (uid: string, ...octets: number[]): readonly string[] =>
      extendedNegotiationWords(`1.2.840.10008.5.1.4.${uid}`, Uint8Array.from(octets));
    assert.deepEqual(words("1.2.2.1", 1, 0, 1, 2, 0, 1, 0, 9), [
      "relational queries: yes",
      "combined date and time matching: no",
      "fuzzy semantic matching of person names: yes",
      "timezone query adjustment: reserved value 2",
      "enhanced multi-frame image conversion: no",
      "empty value matching: yes",
      "multiple value matching: no",
      "octet 8: 9",
    ]);
    assert.deepEqual(words("1.2.1.3", 1), ["relational retrieval: yes"]);
    assert.deepEqual(words("31", 0, 0, 1), [
      "octet 1: 0",
      "octet 2: 0",
      "fuzzy semantic matching of person names: yes",
    ]);
    assert.deepEqual(words("1.1.7", 2, 0, 3, 0, 1), [
      "level of support: level 2 (full)",
      "reserved: 0",
      "level of digital signature support: level 3",
      "reserved: 0",
      "element coercion: may coerce",
    ]);
    assert.deepEqual(words("99", 7), ["octet 1: 7"]);
    assert.deepEqual(words("1.1.7"), []);
  });

  test("uidOf takes NUL and spaces away at both ends only", () => {
    assert.equal(uidOf("1.2.3\0"), "1.2.3");
    assert.equal(uidOf(" 1.2.3 \0 "), "1.2.3");
    assert.equal(uidOf("1.2 .3"), "1.2 .3");
    assert.equal(uidOf("\0\0"), "");
  });
});
