import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  answeredContexts,
  applicationContextName,
  proposedContexts,
  userInformation,
} from "../../src/ul/associate_view.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { contextResultName } from "../../src/ul/names.ts";
import type { Pdu, UserInformationSubItem } from "../../src/ul/pdu.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import { pduNameOf } from "../../src/ul/pdu_type.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { uidOf } from "../../src/ul/uid_text.ts";
import { hasCorpus, readCorpus, readCorpusJson } from "../support/corpus.ts";
import { EventLog, hexOf } from "../support/event_log.ts";
import { bytesOfHex } from "../support/vectors.ts";

interface CorpusVector {
  readonly id: string;
  readonly kind: string;
  readonly hex: string;
  readonly pduHex?: string;
  readonly conformant: boolean;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Hostile {
  readonly id: string;
  readonly stage: string;
  readonly hex?: string;
  readonly file?: string;
}

describe.skipIf(!hasCorpus)("corpus", () => {
  test("decodes PDUs, items and PDVs of other projects as an independent decoder did", () => {
    const vectors = (readCorpusJson("pdu-vectors.json") as readonly CorpusVector[]).filter(
      ({ kind, pduHex }) => !kind.startsWith("dimse-") || pduHex !== undefined,
    );
    let compared = 0;
    let reported = 0;
    for (const vector of vectors) {
      const bytes = bytesOfHex(vector.pduHex ?? vector.hex);
      const { pdu, problems } = readPdu(bytes);
      assert.deepEqual(encodePdu(pdu), bytes, vector.id);
      if (vector.conformant) assert.deepEqual(problems, [], vector.id);
      if (problems.length > 0) {
        reported++;
        continue;
      }
      for (const [key, expected] of Object.entries(vector.expect)) {
        const compare = COMPARISONS[key];
        if (compare === undefined || vector.kind.startsWith("dimse-")) continue;
        assert.deepEqual(compare(viewOf(pdu, vector), vector), expected, `${vector.id}: ${key}`);
        compared++;
      }
    }
    console.log(
      `corpus: ${vectors.length} PDUs, ${compared} facts compared, 0 mismatches, ${reported} reported`,
    );
    assert.ok(compared > 250);
    assert.equal(reported, 2); // A PDV that overruns, and an identity without its second length.
  });

  test("refuses every prefix of the corpus PDUs", () => {
    const vectors = readCorpusJson("pdu-vectors.json") as readonly CorpusVector[];
    let prefixes = 0;
    for (const { id, pduHex, hex, kind } of vectors) {
      if (pduHex === undefined && !kind.startsWith("A-") && kind !== "P-DATA-TF") continue;
      const bytes = bytesOfHex(pduHex ?? hex);
      for (let length = 0; length < bytes.length; length++) {
        const { problems } = readPdu(bytes.subarray(0, length));
        assert.ok(problems.length > 0, `${id}, ${length} octets`);
        prefixes++;
      }
    }
    console.log(`corpus: ${prefixes} prefixes, all reported`);
  });

  test("D-01 frames and reads hostile streams without throwing, whatever the cuts", () => {
    const cases = (readCorpusJson("malformed.json") as readonly Hostile[]).filter(
      ({ hex, file }) => hex !== undefined || file !== undefined,
    );
    let pdus = 0;
    const lost: string[] = [];
    const troubled: string[] = [];
    for (const { id, hex, file } of cases) {
      const bytes = hex !== undefined ? bytesOfHex(hex) : readCorpus(file ?? "");
      const whole = eventsOf(bytes, bytes.length);
      for (const size of [1, 2, 3, 7, 100]) {
        if (bytes.length > 10_000 && size < 100) continue;
        assert.deepEqual(eventsOf(bytes, size), whole, `${id} in chunks of ${size}`);
      }
      for (const event of whole) {
        if (event[0] === "pdu") {
          const pdu = bytesOfHex(event[2]);
          const read = readPdu(pdu, { offset: event[1] });
          assert.deepEqual(encodePdu(read.pdu), pdu, id);
          if (read.problems.length > 0) troubled.push(id);
          pdus++;
        }
        if (event[0] === "problem") troubled.push(id);
        if (event[0] === "lost") lost.push(id);
      }
    }
    console.log(
      `D-01: ${cases.length} hostile streams, ${pdus} PDUs, ${lost.length} lost framing, ${new Set(troubled).size} with problems, 0 throws`,
    );
    for (const id of [
      "pdu-http-get",
      "pdu-tls-clienthello",
      "pdu-crlf-probe",
      "pdu-five-bytes",
      "pdu-rq-length-80000000",
    ]) {
      assert.ok(lost.includes(id), id);
    }
    for (const id of [
      "item-overruns-pdu",
      "item-maxlen-length-0",
      "item-maxlen-length-8",
      "item-useridentity-ac-overruns",
      "item-common-extneg-related-overruns",
      "pdu-release-rq-length-3",
      "pdu-release-rq-length-8",
      "pdu-abort-length-2",
    ]) {
      assert.ok(troubled.includes(id), id);
    }
  });
});

function eventsOf(bytes: Uint8Array, size: number): EventLog["events"] {
  const log = new EventLog();
  const framer = new PduFramer(log);
  for (let at = 0; at < bytes.length; at += size) framer.receive(bytes.slice(at, at + size));
  framer.end();
  return log.events;
}

/** A PDU and, for a vector of one item, that item. */
interface View {
  readonly pdu: Pdu;
  readonly items: readonly UserInformationSubItem[];
}

function viewOf(pdu: Pdu, { kind, expect }: CorpusVector): View {
  if (kind !== "sub-item" || !("items" in pdu)) return { pdu, items: [] };
  const all = pdu.items.flatMap((item) =>
    item.item === "user information" ? item.items : ([] as readonly UserInformationSubItem[]),
  );
  const wanted = SUB_ITEM_NAMES[String(expect["item"])];
  return { pdu, items: all.filter(({ item }) => item === wanted) };
}

type Comparison = (view: View, vector: CorpusVector) => unknown;

/** From the corpus' names to ours. Keys that are not listed are derived from these. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  pduType: ({ pdu }) => encodePdu(pdu)[0],
  pdu: ({ pdu }) => pduNameOf(encodePdu(pdu)[0] ?? 0),
  totalLength: ({ pdu }) => encodePdu(pdu).length,
  protocolVersion: ({ pdu }) => "protocolVersion" in pdu && pdu.protocolVersion,
  calledAET: ({ pdu }) => "calledAeTitle" in pdu && pdu.calledAeTitle,
  callingAET: ({ pdu }) => "callingAeTitle" in pdu && pdu.callingAeTitle,
  applicationContext: ({ pdu }) => isAssociate(pdu) && applicationContextName(pdu),
  items: ({ pdu }) =>
    isAssociate(pdu) && pdu.items.map(({ item }) => item.replaceAll(" ", "-").toLowerCase()),
  presentationContexts: ({ pdu }) => isAssociate(pdu) && contextsOf(pdu),
  userInformation: ({ pdu }) => isAssociate(pdu) && informationOf(pdu),
  result: ({ pdu }) =>
    pdu.type === "A-ASSOCIATE-AC"
      ? answeredContexts(pdu)[0]?.result
      : "result" in pdu && pdu.result,
  source: ({ pdu }) => "source" in pdu && pdu.source,
  reason: ({ pdu }) => "reason" in pdu && pdu.reason,
  pdvs: ({ pdu }) =>
    pdu.type === "P-DATA-TF" &&
    pdu.pdvs.map(({ contextId, messageControlHeader, fragment }) => ({
      itemLength: fragment.length + 2,
      presentationContextId: contextId,
      messageControlHeader,
      isCommand: (messageControlHeader & 1) === 1,
      isLast: (messageControlHeader & 2) === 2,
      dataHex: hexOf(fragment),
    })),
  maxOperationsInvoked: ({ items }) => read(items, "maximumNumberOperationsInvoked"),
  maxOperationsPerformed: ({ items }) => read(items, "maximumNumberOperationsPerformed"),
  scuRole: ({ items }) => read(items, "scuRole"),
  scpRole: ({ items }) => read(items, "scpRole"),
  sopClassUID: ({ items }) => uidOf(String(read(items, "sopClassUid"))),
  serviceClassApplicationInfoHex: ({ items }) => read(items, "serviceClassApplicationInformation"),
  userIdentityType: ({ items }) => read(items, "userIdentityType"),
  positiveResponseRequested: ({ items }) => read(items, "positiveResponseRequested"),
  primaryFieldHex: ({ items }) => read(items, "primaryField"),
  secondaryFieldHex: ({ items }) => read(items, "secondaryField"),
  serverResponseHex: ({ items }) => read(items, "serverResponse"),
  implementationVersionName: ({ items }) => read(items, "name"),
};

const SUB_ITEM_NAMES: Readonly<Record<string, UserInformationSubItem["item"]>> = {
  "asynchronous-operations-window": "asynchronous operations window",
  "role-selection": "SCP/SCU role selection",
  "sop-class-extended-negotiation": "SOP class extended negotiation",
  "user-identity-rq": "user identity RQ",
  "user-identity-ac": "user identity AC",
  "implementation-version-name": "implementation version name",
};

function isAssociate(pdu: Pdu): pdu is Extract<Pdu, { readonly items: unknown }> {
  return pdu.type === "A-ASSOCIATE-RQ" || pdu.type === "A-ASSOCIATE-AC";
}

function contextsOf(pdu: Extract<Pdu, { readonly items: unknown }>): unknown {
  if (pdu.type === "A-ASSOCIATE-RQ") {
    return proposedContexts(pdu).map(({ id, ...context }) => ({
      presentationContextId: id,
      ...context,
    }));
  }
  return answeredContexts(pdu).map(({ id, result, transferSyntax }) => ({
    presentationContextId: id,
    result,
    resultText: contextResultName(result).replace(" (provider rejection)", ""),
    transferSyntaxes: transferSyntax === undefined ? [] : [transferSyntax],
  }));
}

function informationOf(pdu: Extract<Pdu, { readonly items: unknown }>): unknown {
  const information = userInformation(pdu);
  const window = information.asynchronousOperationsWindow;
  const identity = information.userIdentityRq;
  return {
    ...(information.maximumLength !== undefined && { maximumLength: information.maximumLength }),
    ...(information.implementationClassUid !== undefined && {
      implementationClassUID: information.implementationClassUid,
    }),
    ...(information.implementationVersionName !== undefined && {
      implementationVersionName: information.implementationVersionName,
    }),
    ...(window !== undefined && {
      asyncOperationsWindow: {
        maxOperationsInvoked: window.maximumNumberOperationsInvoked,
        maxOperationsPerformed: window.maximumNumberOperationsPerformed,
      },
    }),
    ...(information.roleSelections.length > 0 && {
      roleSelection: information.roleSelections.map(({ sopClassUid, scuRole, scpRole }) => ({
        uidLength: sopClassUid.length,
        sopClassUID: uidOf(sopClassUid),
        scuRole,
        scpRole,
      })),
    }),
    ...(information.extendedNegotiations.length > 0 && {
      extendedNegotiation: information.extendedNegotiations.map((item) => ({
        uidLength: item.sopClassUid.length,
        sopClassUID: uidOf(item.sopClassUid),
        serviceClassApplicationInfoHex: hexOf(item.serviceClassApplicationInformation),
      })),
    }),
    ...(identity !== undefined && {
      userIdentityRQ: [
        {
          userIdentityType: identity.userIdentityType,
          positiveResponseRequested: identity.positiveResponseRequested,
          primaryFieldHex: hexOf(identity.primaryField),
          secondaryFieldHex: hexOf(identity.secondaryField),
        },
      ],
    }),
  };
}

function read(items: readonly UserInformationSubItem[], field: string): unknown {
  const value: unknown = Object.entries(items[0] ?? {}).find(([key]) => key === field)?.[1];
  return value instanceof Uint8Array ? hexOf(value) : value;
}
