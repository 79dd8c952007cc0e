/**
 * D-08. Recorded exchanges with a few octets changed, PDUs swapped, dropped or doubled: where both we
 * and tshark can decode the result, both read the same.
 *
 *     npm run fuzz      2,000 exchanges that both decode, instead of 200
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { buildMessage } from "../../src/observe/build_summary.ts";
import type { RuleId } from "../../src/observe/rule_catalogue.ts";
import { compareWithTshark } from "../e2e/agreement.ts";
import type { Shown } from "../e2e/dicomtap.ts";
import { capturedWire } from "../support/capture_wire.ts";
import { fuzzRounds, type Random, seededRandom } from "../support/fuzz.ts";
import { observing } from "../support/observed.ts";
import { partner } from "../support/partner.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";
import { type TsharkAssociation, tsharkDecode } from "../support/tshark.ts";
import type { WireConnection, WireEvent } from "../support/tshark_wire.ts";

const tshark = partner("tshark", "tshark");
const FOLDER = join(ROOT, "test/captures/services");
const LONGEST = 20_000;
const SEED = 8;
const AT_ONCE = 500;

describe("mutated exchanges", () => {
  test.skipIf(tshark === undefined)("D-08 the observer agrees with tshark", async () => {
    const wanted = fuzzRounds(200, 2_000);
    const random = seededRandom(SEED);
    const seeds = readSeeds();
    const totals = { exchanges: 0, fields: 0, pdusOnly: 0 };
    const differing: string[] = [];
    while (totals.exchanges < wanted) {
      const mutants = Array.from({ length: Math.min(AT_ONCE, wanted) }, () =>
        mutate(seeds[random(seeds.length)] ?? [], random),
      );
      const decoded = await inScope(
        async (scope) => await tsharkDecode(scope, { program: tshark ?? "", connections: mutants }),
      );
      for (const [index, wire] of mutants.entries()) {
        const theirs = decoded.get(index);
        const ours = observe(wire);
        const where = `seed ${SEED}, mutant ${index} after ${totals.exchanges + totals.pdusOnly}`;
        if (theirs === undefined) assert.fail(`${where}: tshark finds no PDU`);
        assert.deepEqual(ours.association.pdus, theirs.pdus, where);
        const why = ours.association.findings.find(({ id }) => APART.has(id as RuleId));
        if (why !== undefined) {
          totals.pdusOnly++;
          continue;
        }
        const { fields, mismatches } = compareWithTshark(
          [comparable(ours)],
          new Map([[0, comparableTheirs(theirs)]]),
        );
        const found = ours.association.findings.map(({ id }) => id).join(" ");
        differing.push(...mismatches.map((text) => `${where}: ${text} (${found})`));
        totals.exchanges++;
        totals.fields += fields;
      }
    }
    console.log(
      `D-08: ${totals.exchanges} mutated exchanges that both decode, ${totals.fields} fields compared, ${differing.length} mismatches; ${totals.pdusOnly} more by their PDUs only`,
    );
    assert.deepEqual(differing.slice(0, 20), []);
  });
});

/** Where one of the two does not decode, or both do and a choice remains. */
const APART: ReadonlySet<RuleId> = new Set([
  // We do not read these; tshark shows what stands before the fault.
  "pdu-unreadable",
  "pdata-framing",
  "command-unreadable",
  "pdu-unknown-type",
  // Of two A-ASSOCIATE PDUs of one AE the first counts for us, the last for tshark's readers; what
  // comes before them, or after the end, is not of this association for us.
  "state-unexpected-pdu",
  "state-data-before-acceptance",
  "state-data-after-end",
  "context-id-duplicate",
  // Bits 2 to 7 are not checked (PS3.8 E.2); tshark drops a PDV that has one.
  "pdv-reserved-bits",
  // tshark prints flat lists of tags and of values, a list for each VR. They tell which value is
  // whose, and where a command set ends, while its elements are known, in order and of group 0000.
  "command-element-foreign",
  "command-element-order",
  "command-element-unknown",
]);

/** Exchanges of the golden captures, short enough to be changed in a place that matters. */
function readSeeds(): WireConnection[] {
  const seeds = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".dcap"))
    .sort()
    .flatMap((name) => capturedWire(readFileSync(join(FOLDER, name))))
    .map(inPdus)
    .filter((pdus) => pdus.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0) <= LONGEST);
  assert.ok(seeds.length >= 10);
  return seeds;
}

/** One PDU an event, in the order in which they were complete (PS3.8 9.3.1: length in octets 3-6). */
function inPdus(connection: WireConnection): WireConnection {
  const left = { requestor: Buffer.alloc(0), acceptor: Buffer.alloc(0) };
  return connection.flatMap(({ sender, bytes = Buffer.alloc(0) }) => {
    let rest = Buffer.concat([left[sender], bytes]);
    const whole: WireEvent[] = [];
    while (rest.length >= 6 && rest.length >= 6 + rest.readUInt32BE(2)) {
      const end = 6 + rest.readUInt32BE(2);
      whole.push({ sender, bytes: rest.subarray(0, end) });
      rest = rest.subarray(end);
    }
    left[sender] = rest;
    return whole;
  });
}

function mutate(seed: WireConnection, random: Random): WireConnection {
  const pdus = seed.map(({ sender, bytes }) => ({ sender, bytes: Buffer.from(bytes ?? []) }));
  for (let change = 1 + random(3); change > 0; change--) {
    const at = random(pdus.length);
    const pdu = pdus[at];
    const other = random(pdus.length);
    const second = pdus[other];
    if (pdu === undefined || second === undefined) continue;
    switch (random(12)) {
      case 0:
        if (pdus.length > 1) pdus.splice(at, 1);
        break;
      case 1:
        pdus.splice(at, 0, { sender: pdu.sender, bytes: Buffer.from(pdu.bytes) });
        break;
      case 2:
        pdus[at] = second;
        pdus[other] = pdu;
        break;
      default:
        changeOctet(pdu.bytes, random);
    }
  }
  return pdus;
}

/** Behind the PDU header, and more often near it: there are the fields that both read. */
function changeOctet(bytes: Buffer, random: Random): void {
  const at = 6 + random(Math.min(bytes.length - 6, random(4) === 0 ? bytes.length : 200));
  const octet = random(3) === 0 ? random(256) : (bytes[at] ?? 0) ^ (1 << random(8));
  if (SEPARATORS.has(octet)) return;
  bytes[at] = octet;
}

/** The characters between cells and values in what tshark prints. */
const SEPARATORS: ReadonlySet<number> = new Set([..."|~\n"].map((char) => char.charCodeAt(0)));

function observe(wire: WireConnection): Shown {
  const { observer, started } = observing();
  observer.opened({ capture: "c", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
  for (const { sender, bytes } of wire) observer.bytes(sender, 1, bytes ?? Buffer.alloc(0));
  for (const sender of ["requestor", "acceptor"] as const) observer.ended(sender, 2, "fin");
  observer.closed(3, "closed");
  const messages = started.map((message) => buildMessage(message, { id: 1, openedAt: 0 }));
  return JSON.parse(JSON.stringify({ association: observer.summary(), messages })) as Shown;
}

/** Contexts that only the acceptor names are in our list, and apart in the other one. */
function comparable({ association, messages }: Shown): Shown {
  const proposed = association.contexts.filter(
    ({ abstract_syntax, transfer_syntaxes }) =>
      abstract_syntax !== null || transfer_syntaxes.length > 0,
  );
  return withPlainText({ association: { ...association, contexts: proposed }, messages }) as Shown;
}

function comparableTheirs(theirs: TsharkAssociation): TsharkAssociation {
  return withPlainText(theirs) as TsharkAssociation;
}

/** All strings in it, with the characters that the two print differently made alike. */
function withPlainText(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(withPlainText);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, withPlainText(item)]));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainText(item)]));
}

/**
 * What is not of the invariant set of ISO 646 prints as U+FFFD or escaped in one and as Latin-1 in
 * the other; tshark ends some texts at a NUL.
 */
function plainText(text: string): string {
  return (text.split(/\0|\\000/, 1)[0] ?? "")
    .replace(/\\(?:[0-7]{3}|x[0-9a-f]{2}|[abfnrtv\\"])/g, "?")
    .replace(/[^ -"%-?A-Z_a-z]/g, "?")
    .replace(/\?+/g, "?")
    .trim();
}
