import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { formatAddress, parseAddress } from "../../src/address.ts";

describe("parseAddress()", () => {
  test("F-17: reads names, IPv4, bracketed IPv6 and a port alone", () => {
    const cases: Record<string, [string | undefined, number]> = {
      "104": [undefined, 104],
      "0": [undefined, 0],
      ":104": [undefined, 104],
      "pacs:104": ["pacs", 104],
      "pacs.example.org:11112": ["pacs.example.org", 11_112],
      "127.0.0.1:104": ["127.0.0.1", 104],
      "[::1]:104": ["::1", 104],
      "[fe80::1%eth0]:104": ["fe80::1%eth0", 104],
    };
    for (const [text, [host, port]] of Object.entries(cases)) {
      assert.deepEqual(parseAddress(text), { host, port }, text);
    }
    console.log(`F-17: ${Object.keys(cases).length} forms of address read`);
  });

  test("says what is wrong", () => {
    const cases: Record<string, RegExp> = {
      "": /host:/,
      pacs: /host:/,
      "pacs:": /host:/,
      "::1:104": /brackets/,
      "http://pacs:104": /without :/,
      "[pacs]:104": /IPv6/,
      "pacs:65536": /65535/,
      "pacs:123456": /host:|65535/,
      "a b:1": /not a name/,
      "pacs:-1": /host:/,
    };
    for (const [text, wrong] of Object.entries(cases)) {
      const result = parseAddress(text);
      assert.ok("wrong" in result, text);
      assert.match(result.wrong, wrong, text);
    }
  });

  test("is the inverse of formatAddress()", () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant(undefined));
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), (name, port) => {
        const address = { host: name, port };
        assert.deepEqual(parseAddress(formatAddress(address)), address);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void parseAddress(text)),
      { seed: 1, numRuns: 1000 },
    );
  });
});
