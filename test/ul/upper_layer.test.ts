import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { actionFor, EVENTS, type EventName, STATES, type State } from "../../src/ul/state_table.ts";
import { UpperLayer, type UpperLayerEvent } from "../../src/ul/upper_layer.ts";
import { fuzzRounds, seededRandom } from "../support/fuzz.ts";
import { acceptOf, requestOf } from "../support/golden_exchanges.ts";
import { associated, UpperLayerPair } from "../support/upper_layer_pair.ts";

const P_DATA = encodePdu({
  type: "P-DATA-TF",
  pdvs: [{ contextId: 1, messageControlHeader: 3, fragment: new Uint8Array(4) }],
});
const REQUEST: UpperLayerEvent = { kind: "A-ASSOCIATE request", pdu: requestOf([]) };
const ACCEPT: UpperLayerEvent = { kind: "A-ASSOCIATE response", pdu: acceptOf([]) };
const REJECT: UpperLayerEvent = {
  kind: "A-ASSOCIATE response",
  pdu: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 3 },
};
const CONNECTED: UpperLayerEvent = { kind: "transport connected" };
const RQ: UpperLayerEvent = { kind: "PDU", pdu: requestOf([]) };
const AC: UpperLayerEvent = { kind: "PDU", pdu: acceptOf([]) };
const RJ: UpperLayerEvent = {
  kind: "PDU",
  pdu: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 3 },
};
const RELEASE_RQ: UpperLayerEvent = { kind: "PDU", pdu: { type: "A-RELEASE-RQ" } };
const RELEASE_RP: UpperLayerEvent = { kind: "PDU", pdu: { type: "A-RELEASE-RP" } };

/** An event for each row; Evt2 and Evt5 are the same event of the two roles. */
const OCCURRENCES: Readonly<Record<EventName, UpperLayerEvent>> = {
  Evt1: REQUEST,
  Evt2: CONNECTED,
  Evt3: AC,
  Evt4: RJ,
  Evt5: CONNECTED,
  Evt6: RQ,
  Evt7: ACCEPT,
  Evt8: REJECT,
  Evt9: { kind: "P-DATA request", bytes: P_DATA },
  Evt10: { kind: "P-DATA-TF" },
  Evt11: { kind: "A-RELEASE request" },
  Evt12: RELEASE_RQ,
  Evt13: RELEASE_RP,
  Evt14: { kind: "A-RELEASE response" },
  Evt15: { kind: "A-ABORT request" },
  Evt16: { kind: "PDU", pdu: { type: "A-ABORT", source: 0, reason: 0 } },
  Evt17: { kind: "transport closed" },
  Evt18: { kind: "ARTIM expired" },
  Evt19: { kind: "PDU", pdu: { type: "unknown", pduType: 9, bytes: new Uint8Array(0) } },
};

const REQUESTOR_OPEN = [REQUEST, CONNECTED, AC];
const ACCEPTOR_OPEN = [CONNECTED, RQ, ACCEPT];

/** How each role comes into each state that it can be in. */
const PATHS: Readonly<Record<Role, Readonly<Partial<Record<State, readonly UpperLayerEvent[]>>>>> =
  {
    requestor: {
      Sta1: [],
      Sta4: [REQUEST],
      Sta5: [REQUEST, CONNECTED],
      Sta6: REQUESTOR_OPEN,
      Sta7: [...REQUESTOR_OPEN, OCCURRENCES.Evt11],
      Sta8: [...REQUESTOR_OPEN, RELEASE_RQ],
      Sta9: [...REQUESTOR_OPEN, OCCURRENCES.Evt11, RELEASE_RQ],
      Sta11: [...REQUESTOR_OPEN, OCCURRENCES.Evt11, RELEASE_RQ, OCCURRENCES.Evt14],
      Sta13: [...REQUESTOR_OPEN, OCCURRENCES.Evt15],
    },
    acceptor: {
      Sta1: [],
      Sta2: [CONNECTED],
      Sta3: [CONNECTED, RQ],
      Sta6: ACCEPTOR_OPEN,
      Sta7: [...ACCEPTOR_OPEN, OCCURRENCES.Evt11],
      Sta8: [...ACCEPTOR_OPEN, RELEASE_RQ],
      Sta10: [...ACCEPTOR_OPEN, OCCURRENCES.Evt11, RELEASE_RQ],
      Sta12: [...ACCEPTOR_OPEN, OCCURRENCES.Evt11, RELEASE_RQ, RELEASE_RP],
      Sta13: [CONNECTED, RQ, REJECT],
    },
  };

/** Table 9-10 once more, by action instead of by row: written from another source. */
const CELLS_BY_ACTION = `
AE-1: Evt1 1
AE-2: Evt2 4
AE-3: Evt3 5
AE-4: Evt4 5
AE-5: Evt5 1
AE-6: Evt6 2
AE-7: Evt7 3
AE-8: Evt8 3
DT-1: Evt9 6
DT-2: Evt10 6
AR-1: Evt11 6
AR-2: Evt12 6
AR-3: Evt13 7 11
AR-4: Evt14 8 12
AR-5: Evt17 13
AR-6: Evt10 7
AR-7: Evt9 8
AR-8: Evt12 7
AR-9: Evt14 9
AR-10: Evt13 10
AA-1: Evt3 2; Evt4 2; Evt10 2; Evt12 2; Evt13 2; Evt15 3 5 6 7 8 9 10 11 12; Evt19 2
AA-2: Evt15 4; Evt16 2 13; Evt18 2 13
AA-3: Evt16 3 5 6 7 8 9 10 11 12
AA-4: Evt17 3 4 5 6 7 8 9 10 11 12
AA-5: Evt17 2
AA-6: Evt3 13; Evt4 13; Evt10 13; Evt12 13; Evt13 13
AA-7: Evt6 13; Evt19 13
AA-8: Evt3 3 6 7 8 9 10 11 12; Evt4 3 6 7 8 9 10 11 12; Evt6 3 5 6 7 8 9 10 11 12; Evt10 3 5 8 9 10 11 12; Evt12 3 5 8 9 10 11 12; Evt13 3 5 6 8 9 12; Evt19 3 5 6 7 8 9 10 11 12`;

/** Commands and next state of each action (Tables 9-6 to 9-9), for the events above. */
const OUTCOMES: Readonly<Record<string, string>> = {
  "AE-1": "connect > Sta4",
  "AE-2": "A-ASSOCIATE-RQ > Sta5",
  "AE-3": "A-ASSOCIATE confirmation > Sta6",
  "AE-4": "A-ASSOCIATE confirmation, close > Sta1",
  "AE-5": "start ARTIM > Sta2",
  "AE-6": "stop ARTIM, A-ASSOCIATE indication > Sta3",
  "AE-7": "A-ASSOCIATE-AC > Sta6",
  "AE-8": "A-ASSOCIATE-RJ, start ARTIM > Sta13",
  "DT-1": "P-DATA-TF > Sta6",
  "DT-2": "P-DATA indication > Sta6",
  "AR-1": "A-RELEASE-RQ > Sta7",
  "AR-2": "A-RELEASE indication > Sta8",
  "AR-3": "A-RELEASE confirmation, close > Sta1",
  "AR-4": "A-RELEASE-RP, start ARTIM > Sta13",
  "AR-5": "stop ARTIM > Sta1",
  "AR-6": "P-DATA indication > Sta7",
  "AR-7": "P-DATA-TF > Sta8",
  "AR-8": "A-RELEASE indication > Sta9 or Sta10",
  "AR-9": "A-RELEASE-RP > Sta11",
  "AR-10": "A-RELEASE confirmation > Sta12",
  "AA-1": "A-ABORT 0, start ARTIM > Sta13",
  "AA-2": "stop ARTIM, close > Sta1",
  "AA-3": "A-ABORT indication, close > Sta1",
  "AA-4": "A-P-ABORT indication > Sta1",
  "AA-5": "stop ARTIM > Sta1",
  "AA-6": " > Sta13",
  "AA-7": "A-ABORT 2 > Sta13",
  "AA-8": "A-ABORT 2, A-P-ABORT indication, start ARTIM > Sta13",
};

describe("Table 9-10", () => {
  test("has the 123 cells of another reading of the standard", () => {
    const cells = CELLS_BY_ACTION.trim()
      .split("\n")
      .flatMap((line) => {
        const [action = "", rows = ""] = line.split(": ");
        return rows.split("; ").flatMap((row) => {
          const [event, ...states] = row.split(" ");
          return states.map((state) => `${event} Sta${state} ${action}`);
        });
      });
    const ours = eachCell().flatMap(({ event, state }) => {
      const action = actionFor(event, state);
      return action === undefined ? [] : [`${event} ${state} ${action}`];
    });
    assert.equal(cells.length, 123);
    assert.deepEqual(ours.sort(), cells.sort());
  });

  test("S-02 UpperLayer does in every cell what Tables 9-6 to 9-9 say, in both roles", () => {
    const tested = new Set<string>();
    let runs = 0;
    for (const role of ["requestor", "acceptor"] as const) {
      for (const { event, state } of eachCell()) {
        const path = PATHS[role][state];
        const isOfOtherRole = event === (role === "requestor" ? "Evt5" : "Evt2");
        if (path === undefined || isOfOtherRole) continue;
        const layer = new UpperLayer(role);
        for (const step of path) layer.handle(step);
        assert.equal(layer.state, state, `${role} comes into ${state}`);
        assert.equal(
          outcome(layer, OCCURRENCES[event]),
          expectedOutcome(role, { event, state }),
          `${role}: ${event} in ${state}`,
        );
        tested.add(`${event} ${state}`);
        runs++;
      }
    }
    // Transport indication in states of a requestor only, confirmation in those of an acceptor only.
    const unreachable = eachCell().filter(({ event, state }) => !tested.has(`${event} ${state}`));
    console.log(
      `S-02: ${tested.size} of 247 cells tested in ${runs} runs, ${unreachable.length} in no role`,
    );
    for (const { event, state } of unreachable) assert.equal(actionFor(event, state), undefined);
    assert.ok(unreachable.every(({ event }) => event === "Evt2" || event === "Evt5"));
  });
});

describe("UpperLayer, two back to back", () => {
  test("establishes, transfers and releases", () => {
    const pair = associated();
    assert.deepEqual(pair.states, ["Sta6", "Sta6"]);
    assert.deepEqual(pair.artims, [undefined, undefined]);
    pair.ask("requestor", { kind: "P-DATA request", bytes: P_DATA });
    pair.ask("acceptor", { kind: "P-DATA request", bytes: P_DATA });
    pair.ask("requestor", { kind: "A-RELEASE request" });
    assert.deepEqual(pair.states, ["Sta7", "Sta8"]);
    pair.ask("acceptor", { kind: "P-DATA request", bytes: P_DATA });
    pair.ask("acceptor", { kind: "A-RELEASE response" });
    assert.deepEqual(pair.states, ["Sta1", "Sta1"]);
    assert.deepEqual(pair.issuedTo("requestor"), [
      "A-ASSOCIATE confirmation",
      "P-DATA indication",
      "P-DATA indication",
      "A-RELEASE confirmation",
    ]);
    assert.deepEqual(pair.artims, [undefined, undefined]);
  });

  test("release collision ends on both sides (AR-8, AR-9, AR-10)", () => {
    const pair = associated();
    pair.hold = true;
    pair.ask("requestor", { kind: "A-RELEASE request" });
    pair.ask("acceptor", { kind: "A-RELEASE request" });
    pair.deliver();
    assert.deepEqual(pair.states, ["Sta9", "Sta10"]);
    pair.ask("requestor", { kind: "A-RELEASE response" });
    assert.deepEqual(pair.states, ["Sta11", "Sta12"]);
    pair.ask("acceptor", { kind: "A-RELEASE response" });
    assert.deepEqual(pair.states, ["Sta1", "Sta1"]);
  });

  test("rejection ends on both sides, the requestor closes", () => {
    const pair = new UpperLayerPair().ask("requestor", REQUEST).ask("acceptor", REJECT);
    assert.deepEqual(pair.states, ["Sta1", "Sta1"]);
    assert.deepEqual(pair.issuedTo("requestor"), ["A-ASSOCIATE confirmation"]);
  });

  test("a protocol version without bit 0 is rejected by the provider (AE-6)", () => {
    const pair = new UpperLayerPair().ask("requestor", {
      kind: "A-ASSOCIATE request",
      pdu: { ...requestOf([]), protocolVersion: 2 },
    });
    assert.deepEqual(pair.issuedTo("acceptor"), []);
    assert.deepEqual(pair.lastIssuedTo("requestor"), {
      name: "A-ASSOCIATE confirmation",
      pdu: { type: "A-ASSOCIATE-RJ", result: 1, source: 2, reason: 2 },
    });
    assert.deepEqual(pair.states, ["Sta1", "Sta1"]);
  });

  test("an abort of the user is told as such, one of the provider by reason", () => {
    const pair = associated().ask("requestor", { kind: "A-ABORT request" });
    assert.deepEqual(pair.lastIssuedTo("acceptor"), { name: "A-ABORT indication" });
    assert.deepEqual(pair.states, ["Sta1", "Sta1"]);

    const faulty = associated().ask("acceptor", { kind: "invalid PDU", abortReason: 6 });
    assert.deepEqual(faulty.lastIssuedTo("acceptor"), {
      name: "A-P-ABORT indication",
      by: "acceptor",
      reason: 6,
    });
    assert.deepEqual(faulty.lastIssuedTo("requestor"), {
      name: "A-P-ABORT indication",
      by: "acceptor",
      reason: 6,
    });
  });

  test("ARTIM closes a connection on which no request comes (AA-2)", () => {
    const layer = new UpperLayer("acceptor");
    assert.deepEqual(layer.handle(CONNECTED), [{ do: "start ARTIM" }]);
    assert.deepEqual(layer.handle({ kind: "ARTIM expired" }), [
      { do: "stop ARTIM" },
      { do: "close" },
    ]);
    assert.equal(layer.state, "Sta1");
  });

  test("ARTIM closes when the peer does not after an abort", () => {
    const pair = associated();
    pair.hold = true;
    pair.ask("acceptor", { kind: "A-ABORT request" });
    assert.deepEqual(pair.states, ["Sta6", "Sta13"]);
    pair.hold = true;
    pair.pass(30_000);
    assert.equal(pair.states[1], "Sta1");
  });

  test("refuses a primitive of its own user in an empty cell, ignores late events of others", () => {
    const layer = new UpperLayer("requestor");
    assert.throws(() => layer.handle({ kind: "A-RELEASE request" }), {
      name: "TypeError",
      message: "Cannot take A-RELEASE request (Evt11) in Sta1 (PS3.8 Table 9-10)",
    });
    assert.deepEqual(layer.handle(RELEASE_RP), []);
    assert.deepEqual(layer.handle({ kind: "ARTIM expired" }), []);
    assert.equal(layer.state, "Sta1");
  });

  // Invariant: whatever comes in whatever order, the machine is in one of its states and only a
  // primitive of its own user can be refused.
  test("D-01 random event sequences keep both machines inside the table", () => {
    const random = seededRandom(910);
    const rounds = fuzzRounds(3_000, 200_000);
    const events = Object.values(OCCURRENCES);
    let handled = 0;
    for (let round = 0; round < rounds; round++) {
      const layer = new UpperLayer(round % 2 === 0 ? "requestor" : "acceptor");
      for (let step = 0; step < 25; step++) {
        const event = events[random(events.length)]!;
        try {
          layer.handle(event);
          handled++;
        } catch (error) {
          assert.ok(error instanceof TypeError && /Table 9-10/.test(error.message), String(error));
        }
        assert.ok(layer.state in STATES);
      }
    }
    console.log(`D-01: ${rounds} event sequences, ${handled} events handled`);
  });
});

interface Cell {
  readonly event: EventName;
  readonly state: State;
}

function eachCell(): readonly Cell[] {
  const events = Object.keys(EVENTS) as EventName[];
  const states = Object.keys(STATES) as State[];
  return events.flatMap((event) => states.map((state) => ({ event, state })));
}

function outcome(layer: UpperLayer, event: UpperLayerEvent): string {
  const before = layer.state;
  let words: readonly string[];
  try {
    words = layer.handle(event).map((command) => {
      if (command.do === "issue") return command.primitive.name;
      if (command.do !== "send") return command.do;
      const { pdu } = readPdu(command.bytes);
      return pdu.type === "A-ABORT" ? `A-ABORT ${pdu.source}` : pdu.type;
    });
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return "refused";
  }
  if (words.length === 0 && layer.state === before && before !== "Sta13") return "nothing";
  return `${words.join(", ")} > ${layer.state}`;
}

function expectedOutcome(role: Role, { event, state }: Cell): string {
  const action = actionFor(event, state);
  const isOwn = ["Evt1", "Evt7", "Evt8", "Evt9", "Evt11", "Evt14", "Evt15"].includes(event);
  if (action === undefined) {
    if (isOwn) return "refused";
    return state === "Sta13" ? " > Sta13" : "nothing";
  }
  if (action !== "AR-8") return OUTCOMES[action] ?? "";
  return `A-RELEASE indication > ${role === "requestor" ? "Sta9" : "Sta10"}`;
}
