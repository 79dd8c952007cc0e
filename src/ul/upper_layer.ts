/**
 * One AE's side of the DICOM Upper Layer protocol (PS3.8 9.2): events in, commands out.
 *
 * Rule: nothing here acts. Somebody else (`src/io/ul_driver.ts`, or a test in virtual time) owns the
 * transport and the ARTIM timer and carries out the commands in their order.
 *
 * Rule: what the peer, the transport or the timer does is never our fault: in an empty cell of
 * Table 9-10 (late, after the transport is gone) it changes nothing. A primitive of our own user in
 * an empty cell is a `TypeError`.
 */
import { otherRole, type Role } from "../role.ts";
import { encodePdu } from "./encode_pdu.ts";
import type { AAbort, AAssociateAc, AAssociateRj, AAssociateRq, Pdu } from "./pdu.ts";
import { type ActionName, actionFor, type EventName, type State } from "./state_table.ts";

export type UpperLayerEvent =
  /** Evt1, from the user of an association-requestor. */
  | { readonly kind: "A-ASSOCIATE request"; readonly pdu: AAssociateRq }
  /** Evt7 or Evt8, from the user of an association-acceptor. */
  | { readonly kind: "A-ASSOCIATE response"; readonly pdu: AAssociateAc | AAssociateRj }
  /** Evt9: the octets of one or more whole P-DATA-TF PDUs. */
  | { readonly kind: "P-DATA request"; readonly bytes: Uint8Array }
  /** Evt11, Evt14. */
  | { readonly kind: "A-RELEASE request" | "A-RELEASE response" }
  /** Evt15; source 0 (service-user) and reason 0, unless told (PS3.8 Table 9-26). */
  | { readonly kind: "A-ABORT request"; readonly source?: number; readonly reason?: number }
  /** Evt2 or Evt5, by role. */
  | { readonly kind: "transport connected" }
  /** Evt3, Evt4, Evt6, Evt12, Evt13, Evt16, or Evt19 for an unknown type. */
  | { readonly kind: "PDU"; readonly pdu: Pdu }
  /** Evt10: the header of a P-DATA-TF came; what is in it passes beside this machine. */
  | { readonly kind: "P-DATA-TF" }
  /** Evt19, with what an A-ABORT shall say (PS3.8 Table 9-26). */
  | { readonly kind: "invalid PDU"; readonly abortReason: number }
  | { readonly kind: "transport closed" | "ARTIM expired" };

export type Command =
  | { readonly do: "connect" | "close" | "start ARTIM" | "stop ARTIM" }
  | { readonly do: "send"; readonly bytes: Uint8Array }
  | { readonly do: "issue"; readonly primitive: Primitive };

/** What the user of the service is told. */
export type Primitive =
  | { readonly name: "A-ASSOCIATE indication"; readonly pdu: AAssociateRq }
  | { readonly name: "A-ASSOCIATE confirmation"; readonly pdu: AAssociateAc | AAssociateRj }
  /** What is in the P-DATA-TF that just began is for the user. */
  | { readonly name: "P-DATA indication" }
  | { readonly name: "A-RELEASE indication" | "A-RELEASE confirmation" }
  /** The peer's user aborted. */
  | { readonly name: "A-ABORT indication" }
  /** `by`: who found fault, or "transport" where the connection just ended. */
  | {
      readonly name: "A-P-ABORT indication";
      readonly by: Role | "transport";
      readonly reason: number;
    };

export class UpperLayer {
  readonly role: Role;
  #state: State = "Sta1";
  #request: AAssociateRq | undefined;

  constructor(role: Role) {
    this.role = role;
  }

  /** "Sta6" and the like, PS3.8 Tables 9-1 to 9-5. */
  get state(): State {
    return this.#state;
  }

  handle(event: UpperLayerEvent): readonly Command[] {
    const name = eventName(event, this.role);
    const action = actionFor(name, this.#state);
    if (action === undefined) {
      if (!OWN_PRIMITIVES.has(event.kind)) return [];
      throw new TypeError(
        `Cannot take ${event.kind} (${name}) in ${this.#state} (PS3.8 Table 9-10)`,
      );
    }
    const { commands, next } = this.#act(action, event);
    this.#state = next;
    return commands;
  }

  /** PS3.8 Tables 9-6 to 9-9, in their order. */
  #act(action: ActionName, event: UpperLayerEvent): Step {
    switch (action) {
      case "AE-1":
        this.#request = event.kind === "A-ASSOCIATE request" ? event.pdu : undefined;
        return to("Sta4", { do: "connect" });
      case "AE-2":
        if (this.#request === undefined)
          throw new TypeError("Cannot send A-ASSOCIATE-RQ: none given");
        return to("Sta5", send(this.#request));
      case "AE-3":
        return to("Sta6", confirmation(event));
      case "AE-4":
        return to("Sta1", confirmation(event), { do: "close" });
      case "AE-5":
        return to("Sta2", { do: "start ARTIM" });
      case "AE-6":
        return associateIndication(event);
      case "AE-7":
        return to("Sta6", sendResponse(event));
      case "AE-8":
        return to("Sta13", sendResponse(event), { do: "start ARTIM" });
      case "DT-1":
        return to("Sta6", sendData(event));
      case "DT-2":
        return to("Sta6", issue({ name: "P-DATA indication" }));
      case "AR-1":
        return to("Sta7", send({ type: "A-RELEASE-RQ" }));
      case "AR-2":
        return to("Sta8", issue({ name: "A-RELEASE indication" }));
      case "AR-3":
        return to("Sta1", issue({ name: "A-RELEASE confirmation" }), { do: "close" });
      case "AR-4":
        return to("Sta13", send({ type: "A-RELEASE-RP" }), { do: "start ARTIM" });
      case "AR-5":
        return to("Sta1", { do: "stop ARTIM" });
      case "AR-6":
        return to("Sta7", issue({ name: "P-DATA indication" }));
      case "AR-7":
        return to("Sta8", sendData(event));
      case "AR-8":
        // Release collision: the only action whose next state depends on the role.
        return to(
          this.role === "requestor" ? "Sta9" : "Sta10",
          issue({ name: "A-RELEASE indication" }),
        );
      case "AR-9":
        return to("Sta11", send({ type: "A-RELEASE-RP" }));
      case "AR-10":
        return to("Sta12", issue({ name: "A-RELEASE confirmation" }));
      case "AA-1":
        return to("Sta13", send(userAbort(event)), { do: "start ARTIM" });
      case "AA-2":
        return to("Sta1", { do: "stop ARTIM" }, { do: "close" });
      case "AA-3":
        return to("Sta1", this.#abortIndication(event), { do: "close" });
      case "AA-4":
        return to("Sta1", issue({ name: "A-P-ABORT indication", by: "transport", reason: 0 }));
      case "AA-5":
        return to("Sta1", { do: "stop ARTIM" });
      case "AA-6":
        return to("Sta13");
      case "AA-7":
        return to("Sta13", send(abort(2, abortReason(event))));
      case "AA-8": {
        const reason = abortReason(event);
        return to(
          "Sta13",
          send(abort(2, reason)),
          issue({ name: "A-P-ABORT indication", by: this.role, reason }),
          { do: "start ARTIM" },
        );
      }
      default:
        return action satisfies never;
    }
  }

  #abortIndication(event: UpperLayerEvent): Command {
    const pdu = event.kind === "PDU" && event.pdu.type === "A-ABORT" ? event.pdu : undefined;
    if (pdu?.source === 0) return issue({ name: "A-ABORT indication" });
    const by = otherRole(this.role);
    return issue({ name: "A-P-ABORT indication", by, reason: pdu?.reason ?? 0 });
  }
}

interface Step {
  readonly next: State;
  readonly commands: readonly Command[];
}

function to(next: State, ...commands: readonly Command[]): Step {
  return { next, commands };
}

function send(pdu: Pdu): Command {
  return { do: "send", bytes: encodePdu(pdu) };
}

function issue(primitive: Primitive): Command {
  return { do: "issue", primitive };
}

/** AE-6: what the service-provider itself can refuse is the protocol version (PS3.8 9.3.4). */
function associateIndication(event: UpperLayerEvent): Step {
  const pdu = pduOf(event, "A-ASSOCIATE-RQ");
  if ((pdu.protocolVersion & 1) === 0) {
    const rejection = { type: "A-ASSOCIATE-RJ", result: 1, source: 2, reason: 2 } as const;
    // The ARTIM timer runs since AE-5; starting it again restarts it.
    return to("Sta13", send(rejection), { do: "start ARTIM" });
  }
  return to("Sta3", { do: "stop ARTIM" }, issue({ name: "A-ASSOCIATE indication", pdu }));
}

function confirmation(event: UpperLayerEvent): Command {
  const pdu = pduOf(event, "A-ASSOCIATE-AC", "A-ASSOCIATE-RJ");
  return issue({ name: "A-ASSOCIATE confirmation", pdu });
}

function sendResponse(event: UpperLayerEvent): Command {
  if (event.kind !== "A-ASSOCIATE response") throw new TypeError(`Cannot respond by ${event.kind}`);
  return send(event.pdu);
}

function sendData(event: UpperLayerEvent): Command {
  if (event.kind !== "P-DATA request") throw new TypeError(`Cannot send data by ${event.kind}`);
  return { do: "send", bytes: event.bytes };
}

function pduOf<T extends Pdu["type"]>(
  event: UpperLayerEvent,
  ...types: readonly T[]
): Extract<Pdu, { readonly type: T }> {
  if (event.kind === "PDU" && types.some((type) => type === event.pdu.type)) {
    return event.pdu as Extract<Pdu, { readonly type: T }>;
  }
  throw new TypeError(`Cannot take ${event.kind} as ${types.join(" or ")}`);
}

/** PS3.8 Table 9-9, AA-1: by the service-user, unless our user asks to repeat another one's. */
function userAbort(event: UpperLayerEvent): AAbort {
  const { source = 0, reason = 0 } = event.kind === "A-ABORT request" ? event : {};
  return abort(source, reason);
}

/** PS3.8 9.3.8, Table 9-26: source 0 is the service-user, 2 the service-provider. */
function abort(source: number, reason: number): AAbort {
  return { type: "A-ABORT", source, reason };
}

function abortReason(event: UpperLayerEvent): number {
  if (event.kind === "invalid PDU") return event.abortReason;
  return event.kind === "PDU" && event.pdu.type === "unknown" ? UNRECOGNIZED_PDU : UNEXPECTED_PDU;
}

const UNRECOGNIZED_PDU = 1;
const UNEXPECTED_PDU = 2;

function eventName(event: UpperLayerEvent, role: Role): EventName {
  switch (event.kind) {
    case "A-ASSOCIATE request":
      return "Evt1";
    case "transport connected":
      return role === "requestor" ? "Evt2" : "Evt5";
    case "A-ASSOCIATE response":
      return event.pdu.type === "A-ASSOCIATE-AC" ? "Evt7" : "Evt8";
    case "P-DATA request":
      return "Evt9";
    case "P-DATA-TF":
      return "Evt10";
    case "A-RELEASE request":
      return "Evt11";
    case "A-RELEASE response":
      return "Evt14";
    case "A-ABORT request":
      return "Evt15";
    case "transport closed":
      return "Evt17";
    case "ARTIM expired":
      return "Evt18";
    case "invalid PDU":
      return "Evt19";
    case "PDU":
      return PDU_EVENTS[event.pdu.type];
    default:
      return event satisfies never;
  }
}

const PDU_EVENTS: Readonly<Record<Pdu["type"], EventName>> = {
  "A-ASSOCIATE-AC": "Evt3",
  "A-ASSOCIATE-RJ": "Evt4",
  "A-ASSOCIATE-RQ": "Evt6",
  "P-DATA-TF": "Evt10",
  "A-RELEASE-RQ": "Evt12",
  "A-RELEASE-RP": "Evt13",
  "A-ABORT": "Evt16",
  unknown: "Evt19",
};

const OWN_PRIMITIVES: ReadonlySet<UpperLayerEvent["kind"]> = new Set<UpperLayerEvent["kind"]>([
  "A-ASSOCIATE request",
  "A-ASSOCIATE response",
  "P-DATA request",
  "A-RELEASE request",
  "A-RELEASE response",
  "A-ABORT request",
]);
