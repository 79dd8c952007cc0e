import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { AssociationObserver } from "../../src/observe/association_observer.ts";
import { buildMessage } from "../../src/observe/build_summary.ts";
import type { Outcome } from "../../src/observe/summary.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import {
  COMMAND,
  dataOf,
  ECHO_RQ,
  LAST,
  messageBytes,
  pDataBytes,
  STORE_RQ,
} from "../support/dimse_stream.ts";
import { concat } from "../support/event_log.ts";
import { type Observed, observing, sha256 } from "../support/observed.ts";
import {
  ac,
  answer,
  CT,
  IMPLICIT,
  played,
  proposal,
  RELEASE,
  rq,
  type Script,
  type Step,
  says,
  VERIFICATION,
} from "../support/scripted_association.ts";
import { storeDataOf } from "../support/service_data.ts";

const STORE_STEPS: readonly Step[] = [
  ["requestor", messageBytes(STORE_RQ, { contextId: 3, dataSet: storeDataOf(100) })],
  says("acceptor", "C-STORE-RSP", {
    values: { MessageIDBeingRespondedTo: 2, Status: 0xb000 },
    on: "store",
  }),
];
const ECHO_RSP = says("acceptor", "C-ECHO-RSP", {
  values: { MessageIDBeingRespondedTo: 1, Status: 0 },
  on: "echo",
});
const FINS: readonly Step[] = [
  ["requestor", "fin"],
  ["acceptor", "fin"],
];

describe("AssociationObserver", () => {
  test("summary() is the association of cli.md", () => {
    const script: Script = {
      rq: rq({ contexts: [proposal(1, VERIFICATION), proposal(3, CT)] }),
      ac: ac({ contexts: [answer(1, 3), answer(3)] }),
      steps: STORE_STEPS,
    };
    const summary = played(script).observer.summary();
    assert.deepEqual(summary, {
      kind: "association",
      capture: "script",
      id: 1,
      started: "2026-02-03T14:15:02.123456Z",
      duration_ms: 9,
      requestor: { address: "127.0.0.1:50312" },
      acceptor: { address: "127.0.0.1:104" },
      calling_ae_title: "MODALITY",
      called_ae_title: "ARCHIVE",
      outcome: "released",
      contexts: [
        {
          id: 1,
          abstract_syntax: VERIFICATION,
          abstract_syntax_name: "Verification SOP Class",
          transfer_syntaxes: [IMPLICIT],
          result: 3,
          accepted_transfer_syntax: null,
          messages: 0,
          explanation:
            "the acceptor does not support Verification SOP Class; enable it there, or do not propose it",
        },
        {
          id: 3,
          abstract_syntax: CT,
          abstract_syntax_name: "CT Image Storage",
          transfer_syntaxes: [IMPLICIT],
          result: 0,
          accepted_transfer_syntax: IMPLICIT,
          messages: 2,
        },
      ],
      refused_contexts: 1,
      user_information: {
        requestor: {
          maximum_length: 16_384,
          implementation_class_uid: "2.25.77",
          implementation_version_name: "SCRIPTED",
        },
        acceptor: {
          maximum_length: 16_384,
          implementation_class_uid: "2.25.77",
          implementation_version_name: "SCRIPTED",
        },
      },
      messages: 2,
      commands: { "C-STORE-RQ": 1, "C-STORE-RSP": 1 },
      statuses: { B000: 1 },
      pdus: { requestor: 4, acceptor: 3 },
      bytes: summary.bytes,
      gaps: 0,
      findings: [],
    });
    assert.equal(summary.bytes.requestor > 400, true);
  });

  test("buildMessage() is the message of cli.md", () => {
    const { messages } = played({ steps: STORE_STEPS });
    const association = { id: 7, openedAt: 1_000_000 };
    const [request, response] = messages.map((observed) => buildMessage(observed, association));
    assert.deepEqual(request, {
      kind: "message",
      association: 7,
      index: 0,
      sender: "requestor",
      at_ms: 3,
      duration_ms: 0,
      context_id: 3,
      command: "C-STORE-RQ",
      message_id: 2,
      status: null,
      abstract_syntax: CT,
      command_set: { CommandGroupLength: 88, ...STORE_RQ },
      data_set: { transfer_syntax: IMPLICIT, length: 100, sha256: null, complete: true },
      pdus: 2,
      responds_to: null,
      complete: true,
    });
    assert.equal(response?.responds_to, 0);
    assert.equal(response?.message_id, 2);
    assert.equal(response?.status, 0xb000);
    assert.equal(response?.status_class, "warning");
    assert.equal(response?.response_ms, 1);
    assert.equal(response?.data_set, null);
  });

  const rejection: Script = {
    ac: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 3 },
    end: FINS,
  };
  const http = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
  const outcomes: readonly (readonly [Outcome, string, Script])[] = [
    ["released", "with FIN", {}],
    ["released", "then reset", { end: RELEASE.slice(0, 2), closed: "reset" }],
    [
      "aborted",
      "by the acceptor",
      { end: [["acceptor", { type: "A-ABORT", source: 2, reason: 2 }]] },
    ],
    ["rejected", "permanently", rejection],
    ["closed", "FIN without a release", { end: FINS }],
    ["closed", "both FINs, and no word about the transport", { end: FINS, closed: undefined }],
    ["reset", "by an AE", { end: [["requestor", "reset"]], closed: "reset" }],
    [
      "reset",
      "by one AE inside a PDU of the other",
      {
        steps: [["acceptor", messageBytes(ECHO_RQ).subarray(0, 30)]],
        end: [["requestor", "reset"]],
        closed: "reset",
      },
    ],
    ["reset", "when the proxy stopped", { end: [], closed: "stopped" }],
    ["refused", "no acceptor", { ac: null, end: [], closed: "refused" }],
    ["timeout", "no answer to the connection", { ac: null, end: [], closed: "timeout" }],
    ["open", "not ended", { end: [], closed: undefined }],
    ["opaque", "HTTP", { rq: null, ac: null, steps: [["requestor", http]], end: FINS }],
    [
      "opaque",
      "framing lost",
      { steps: [["requestor", Uint8Array.of(5, 0, 9, 0, 0, 0)]], end: FINS },
    ],
  ];
  for (const [outcome, name, script] of outcomes) {
    test(`outcome ${outcome}: ${name}`, () => {
      assert.equal(played(script).observer.summary().outcome, outcome);
    });
  }

  test("explains a rejection and an abort, with their numbers", () => {
    const rejected = played(rejection).observer.summary();
    assert.deepEqual(rejected.reject, { result: 1, source: 1, reason: 3 });
    assert.match(rejected.explanation ?? "", /Add the calling AE title "MODALITY"/);
    const aborted = played({
      end: [["acceptor", { type: "A-ABORT", source: 2, reason: 2 }]],
    }).observer.summary();
    assert.deepEqual(aborted.abort, { sender: "acceptor", source: 2, reason: 2 });
    assert.match(aborted.explanation ?? "", /acceptor aborted .*unexpected PDU/);
  });

  test("says of other protocols what to look at where the acceptor answered nothing", () => {
    const explained = (...octets: readonly (readonly ["requestor" | "acceptor", Uint8Array])[]) =>
      played({ rq: null, ac: null, steps: [...octets], end: FINS }).observer.summary().explanation;
    const hello = Uint8Array.of(0x16, 3, 1, 0, 1, 1);
    assert.match(explained(["requestor", hello]) ?? "", /^TLS passed .* may not take TLS on this/);
    assert.match(explained(["requestor", http]) ?? "", /^HTTP passed .* wrong address or port$/);
    const answered = explained(["requestor", hello], ["acceptor", hello]);
    assert.match(answered ?? "", /^TLS passed .* recorded as it is$/);
  });

  test("tells of a message as soon as its command set is whole", () => {
    const { observer, started, messages } = observing();
    observer.bytes("requestor", 1, encodePdu(rq()));
    observer.bytes("acceptor", 2, encodePdu(ac()));
    observer.bytes("requestor", 3, pDataBytes([3, COMMAND | LAST, encodeCommandSet(STORE_RQ)]));
    observer.bytes("requestor", 4, pDataBytes([3, 0, dataOf(50)]));
    assert.equal(started.length, 1);
    assert.equal(started[0]?.message.dataSet?.length, 50);
    assert.equal(messages.length, 0);
    observer.bytes("requestor", 5, pDataBytes([3, LAST, dataOf(50)]));
    assert.equal(messages[0], started[0]);
  });

  test("D-02 tells the same however the bytes are cut", () => {
    const due = facts(cut([]));
    assert.equal(due.summary.outcome, "released");
    let splits = 0;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }), (sizes) => {
        assert.deepEqual(facts(cut(sizes)), due);
        splits++;
      }),
      { numRuns: 1500, seed: 2 },
    );
    console.log(`D-02: ${splits} splits of an association, 0 differences`);
  });

  test("redacts a user identity: type, user name and lengths alone", () => {
    const canary = new TextEncoder().encode("SECRET-CANARY");
    for (const userIdentityType of [1, 2, 3, 4, 5]) {
      const observed = played({
        rq: rq({
          more: [
            {
              item: "user identity RQ",
              userIdentityType,
              positiveResponseRequested: 0,
              primaryField: userIdentityType > 2 ? canary : new TextEncoder().encode("anna"),
              secondaryField: userIdentityType === 2 ? canary : new Uint8Array(0),
            },
          ],
        }),
      });
      const json = JSON.stringify([observed.observer.summary(), observed.findings]);
      assert.equal(json.includes("CANARY"), false);
      const { username } =
        observed.observer.summary().user_information.requestor.user_identity ?? {};
      assert.equal(username, userIdentityType > 2 ? undefined : "anna");
    }
  });
});

describe("AssociationObserver on what it does not know", () => {
  const privateSyntax = "1.2.826.0.1.3680043.10.1.2";
  const unknown = { item: "other", itemType: 0x5a, bytes: Uint8Array.of(1, 2, 3) } as const;

  test("D-10 unknown syntaxes, sub-items, commands and elements are shown and not fatal", () => {
    const contexts = [proposal(1, privateSyntax, [privateSyntax]), proposal(3, CT)];
    const accepted = [answer(1, 0, [privateSyntax]), answer(3)];
    const store = { ...STORE_RQ, AffectedSOPClassUID: privateSyntax };
    const echo = { ...ECHO_RQ, CommandField: 0x0160, "0000FFFE": "0102" };
    const observed = played({
      rq: rq({ contexts, more: [unknown] }),
      ac: ac({ contexts: accepted }),
      steps: [
        ["requestor", messageBytes(store, { contextId: 1, dataSet: dataOf(40) })],
        ["requestor", messageBytes(echo, { contextId: 3 })],
      ],
    });
    const [first, second] = observed.messages.map((message) =>
      buildMessage(message, { id: 1, openedAt: 0 }),
    );
    const known = [
      first?.abstract_syntax === privateSyntax,
      first?.data_set?.transfer_syntax === privateSyntax && first.data_set.length === 40,
      second?.command === "0160H",
      second?.command_set["0000FFFE"] === "0102",
      observed.findings.some(({ id, text }) => id === "item-unknown" && text.includes("5AH")),
      observed.observer.summary().contexts[0]?.abstract_syntax_name === undefined,
    ];
    console.log(`D-10: ${known.filter(Boolean).length} of ${known.length} kinds shown`);
    assert.deepEqual(
      known,
      known.map(() => true),
    );
    assert.equal(observed.observer.outcome, "released");
  });

  test("D-11 a wrong length ends decoding of that AE alone, and says where", () => {
    const release = encodePdu({ type: "A-RELEASE-RQ" });
    release[2] = 0x40;
    const observed = played({
      steps: STORE_STEPS,
      end: [["requestor", release], ECHO_RSP, ["requestor", messageBytes(ECHO_RQ)], ...FINS],
    });
    const offset = encodePdu(rq()).length + octetsOf(STORE_STEPS[0]).length;
    const lost = observed.findings.find(({ id }) => id === "framing-lost");
    assert.deepEqual([lost?.sender, lost?.offset], ["requestor", offset]);
    assert.equal(observed.messages.at(-1)?.message.command, "C-ECHO-RSP");
    console.log(`D-11: framing lost at octet ${offset}, the other AE decoded on`);
  });
});

describe("AssociationObserver on octets that were not recorded", () => {
  test("a cut data set keeps its length and takes the recorded digest", () => {
    const { observer, messages, findings } = observing({ createHash: sha256 });
    const store = pDataBytes(
      [3, COMMAND | LAST, encodeCommandSet(STORE_RQ)],
      [3, LAST, dataOf(100)],
    );
    observer.bytes("requestor", 1, concat([encodePdu(rq()), store.subarray(0, -80)]));
    observer.digest("requestor", 100, "abcd");
    observer.cut("requestor", 2, 80);
    const dataSet = messages[0]?.message.dataSet;
    assert.deepEqual([dataSet?.length, dataSet?.skipped, dataSet?.sha256], [100, 80, "abcd"]);
    assert.equal(observer.summary().gaps, 0);
    assert.deepEqual(
      findings.map(({ id }) => id),
      ["state-data-before-acceptance"],
    );
  });

  test("a gap outside of a fragment loses framing, counted and said", () => {
    const { observer, findings } = observing();
    observer.bytes("requestor", 1, encodePdu(rq()));
    observer.gap("requestor", 2, 1000);
    observer.bytes("requestor", 3, messageBytes(ECHO_RQ));
    const { outcome, gaps, bytes, explanation } = observer.summary();
    assert.deepEqual([outcome, gaps], ["opaque", 1]);
    assert.match(explanation ?? "", /^part of the traffic is not in the record/);
    assert.equal(bytes.requestor, encodePdu(rq()).length + 1000 + messageBytes(ECHO_RQ).length);
    assert.deepEqual(
      findings.map(({ id }) => id),
      ["octets-not-recorded", "framing-lost"],
    );
  });
});

describe("AssociationObserver, when the recording ends first", () => {
  test("interrupted() tells open messages as they are, and finds nothing wrong with that", () => {
    const { observer, messages, findings } = observing();
    observer.bytes("requestor", 1, encodePdu(rq()));
    observer.bytes("acceptor", 2, encodePdu(ac()));
    const store = messageBytes(STORE_RQ, { contextId: 3, dataSet: storeDataOf(100) });
    observer.bytes("requestor", 3, store.subarray(0, -40));
    observer.interrupted();
    assert.equal(messages[0]?.message.dataSet?.length, 60);
    assert.equal(messages[0]?.message.complete, false);
    assert.deepEqual(findings, []);
    assert.equal(observer.outcome, "open");
  });
});

describe("AssociationObserver, when something in it fails", () => {
  test("a fault at any call ends the decoding of that association, never comes out", () => {
    const calls = countCalls(Number.POSITIVE_INFINITY).calls;
    assert.ok(calls > 10);
    for (let fail = 1; fail <= calls; fail++) {
      const { observer } = countCalls(fail);
      assert.equal(observer.undecodable, true, `call ${fail}`);
      const { bytes, findings, outcome } = observer.summary();
      assert.equal(bytes.requestor, streamOf("requestor").length);
      assert.equal(findings.at(-1)?.id, "undecodable");
      assert.notEqual(outcome, "open");
    }
    console.log(`decoder faults: ${calls} calls, 0 exceptions came out`);
  });

  /** A sink that throws at its n-th call stands for any fault inside. */
  function countCalls(fail: number) {
    let calls = 0;
    const call = () => {
      if (++calls === fail) throw new TypeError("injected");
    };
    const observer = new AssociationObserver({
      pdu: call,
      messageStarted: call,
      messageEnded: call,
      exchangeEnded: call,
      changed: call,
    });
    for (const sender of ["requestor", "acceptor"] as const) {
      observer.bytes(sender, 1, streamOf(sender));
      observer.ended(sender, 2, "fin");
    }
    observer.closed(3, "closed");
    return { observer, calls };
  }
});

/** What one AE sends on an association with a C-STORE. */
function streamOf(sender: Role): Uint8Array {
  const steps: readonly Step[] = [
    ["requestor", rq()],
    ["acceptor", ac()],
    ...STORE_STEPS,
    ...RELEASE,
  ];
  return concat(
    steps.flatMap((step) => {
      if (!Array.isArray(step) || step[0] !== sender || typeof step[1] === "string") return [];
      return [step[1] instanceof Uint8Array ? step[1] : encodePdu(step[1])];
    }),
  );
}

/** An association, the turns of each AE in pieces of the given sizes, over and over. */
function cut(sizes: readonly number[]): Observed {
  const observed = observing({ createHash: sha256 });
  const turns: readonly (readonly [Role, Uint8Array])[] = [
    ["requestor", encodePdu(rq())],
    ["acceptor", encodePdu(ac())],
    [
      "requestor",
      concat([
        messageBytes(STORE_RQ, { contextId: 3, dataSet: storeDataOf(500), maximumLength: 200 }),
        messageBytes(ECHO_RQ),
      ]),
    ],
    ["acceptor", concat([STORE_STEPS[1], ECHO_RSP].map(octetsOf))],
    ["requestor", encodePdu({ type: "A-RELEASE-RQ" })],
    ["acceptor", encodePdu({ type: "A-RELEASE-RP" })],
  ];
  let piece = 0;
  for (const [sender, bytes] of turns) {
    for (let at = 0; at < bytes.length; ) {
      const size = sizes[piece++ % sizes.length] ?? bytes.length;
      observed.observer.bytes(sender, 1, bytes.subarray(at, at + size));
      at += size;
    }
  }
  observed.observer.closed(2, "closed");
  return observed;
}

function octetsOf(step: Step | undefined): Uint8Array {
  const what = Array.isArray(step) ? step[1] : undefined;
  return what instanceof Uint8Array ? what : new Uint8Array(0);
}

function facts({ messages, pdus, findings, observer }: Observed) {
  return {
    summary: observer.summary(),
    findings,
    pdus: pdus.map(({ sender, type, offset, length }) => [sender, type, offset, length]),
    messages: messages.map(({ message, respondsTo }) => [
      message.command,
      message.commandBytes,
      message.dataSet?.sha256,
      respondsTo,
    ]),
  };
}
