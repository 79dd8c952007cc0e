/**
 * The state machine of the DICOM Upper Layer protocol, rows and columns as PS3.8 Table 9-10 prints
 * them, so that anyone can proof-read the code against the page. `-` is an empty cell: that event
 * cannot happen in that state.
 */

const TABLE_9_10 = `
       Sta1  Sta2  Sta3  Sta4  Sta5  Sta6  Sta7  Sta8  Sta9  Sta10 Sta11 Sta12 Sta13
Evt1   AE-1  -     -     -     -     -     -     -     -     -     -     -     -
Evt2   -     -     -     AE-2  -     -     -     -     -     -     -     -     -
Evt3   -     AA-1  AA-8  -     AE-3  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt4   -     AA-1  AA-8  -     AE-4  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt5   AE-5  -     -     -     -     -     -     -     -     -     -     -     -
Evt6   -     AE-6  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
Evt7   -     -     AE-7  -     -     -     -     -     -     -     -     -     -
Evt8   -     -     AE-8  -     -     -     -     -     -     -     -     -     -
Evt9   -     -     -     -     -     DT-1  -     AR-7  -     -     -     -     -
Evt10  -     AA-1  AA-8  -     AA-8  DT-2  AR-6  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt11  -     -     -     -     -     AR-1  -     -     -     -     -     -     -
Evt12  -     AA-1  AA-8  -     AA-8  AR-2  AR-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt13  -     AA-1  AA-8  -     AA-8  AA-8  AR-3  AA-8  AA-8  AR-10 AR-3  AA-8  AA-6
Evt14  -     -     -     -     -     -     -     AR-4  AR-9  -     -     AR-4  -
Evt15  -     -     AA-1  AA-2  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  -
Evt16  -     AA-2  AA-3  -     AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-2
Evt17  -     AA-5  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AR-5
Evt18  -     AA-2  -     -     -     -     -     -     -     -     -     -     AA-2
Evt19  -     AA-1  AA-8  -     AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7`;

/** PS3.8 Tables 9-1 to 9-5. */
export const STATES = {
  Sta1: "Idle",
  Sta2: "Transport connection open (Awaiting A-ASSOCIATE-RQ PDU)",
  Sta3: "Awaiting local A-ASSOCIATE response primitive",
  Sta4: "Awaiting transport connection opening to complete",
  Sta5: "Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU",
  Sta6: "Association established and ready for data transfer",
  Sta7: "Awaiting A-RELEASE-RP PDU",
  Sta8: "Awaiting local A-RELEASE response primitive",
  Sta9: "Release collision requestor side; awaiting A-RELEASE response",
  Sta10: "Release collision acceptor side; awaiting A-RELEASE-RP PDU",
  Sta11: "Release collision requestor side; awaiting A-RELEASE-RP PDU",
  Sta12: "Release collision acceptor side; awaiting A-RELEASE response",
  Sta13: "Awaiting Transport Connection Close Indication",
} as const;

/** The rows of PS3.8 Table 9-10. */
export const EVENTS = {
  Evt1: "A-ASSOCIATE Request (local user)",
  Evt2: "Transport Connection Confirmation",
  Evt3: "A-ASSOCIATE-AC PDU",
  Evt4: "A-ASSOCIATE-RJ PDU",
  Evt5: "Transport Connection Indication",
  Evt6: "A-ASSOCIATE-RQ PDU",
  Evt7: "A-ASSOCIATE response primitive (accept)",
  Evt8: "A-ASSOCIATE response primitive (reject)",
  Evt9: "P-DATA request primitive",
  Evt10: "P-DATA-TF PDU",
  Evt11: "A-RELEASE Request primitive",
  Evt12: "A-RELEASE-RQ PDU",
  Evt13: "A-RELEASE-RP PDU",
  Evt14: "A-RELEASE Response primitive",
  Evt15: "A-ABORT Request primitive",
  Evt16: "A-ABORT PDU",
  Evt17: "Transport connection closed indication",
  Evt18: "ARTIM timer expired",
  Evt19: "Unrecognized or invalid PDU",
} as const;

export type State = keyof typeof STATES;
export type EventName = keyof typeof EVENTS;

/** PS3.8 Tables 9-6 to 9-9. */
export type ActionName =
  | `AE-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | `DT-${1 | 2}`
  | `AR-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`
  | `AA-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/** The action of a cell, undefined where the table is empty. */
export function actionFor(event: EventName, state: State): ActionName | undefined {
  return TRANSITIONS.get(`${event} ${state}`);
}

const [states = [], ...rows] = TABLE_9_10.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));

const TRANSITIONS: ReadonlyMap<string, ActionName> = new Map(
  rows.flatMap(([event, ...cells]) =>
    cells.flatMap((cell, at) =>
      isAction(cell) ? [[`${event} ${states[at]}`, cell] as const] : [],
    ),
  ),
);

function isAction(cell: string): cell is ActionName {
  return cell !== "-";
}
