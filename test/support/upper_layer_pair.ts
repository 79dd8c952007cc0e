/**
 * Two upper layers back to back in virtual time: what one sends the other frames and reads. `hold`
 * keeps octets on the wire, so that both sides can speak before either hears.
 */
import { otherRole, type Role } from "../../src/role.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import type { PduSink } from "../../src/ul/pdu_sink.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import type { State } from "../../src/ul/state_table.ts";
import {
  type Command,
  type Primitive,
  UpperLayer,
  type UpperLayerEvent,
} from "../../src/ul/upper_layer.ts";
import { acceptOf, requestOf } from "./golden_exchanges.ts";

/** PS3.8 leaves the value to the implementation; here a round number of virtual milliseconds. */
const ARTIM = 30_000;

export class UpperLayerPair {
  hold = false;
  readonly #layers = {
    requestor: new UpperLayer("requestor"),
    acceptor: new UpperLayer("acceptor"),
  };
  readonly #issued: Record<Role, Primitive[]> = { requestor: [], acceptor: [] };
  readonly #wire: Record<Role, (Uint8Array | "closed")[]> = { requestor: [], acceptor: [] };
  readonly #artim: Record<Role, number | undefined> = { requestor: undefined, acceptor: undefined };
  readonly #open: Record<Role, boolean> = { requestor: false, acceptor: false };
  readonly #framers = { requestor: this.#framer("requestor"), acceptor: this.#framer("acceptor") };
  #now = 0;

  get states(): readonly [requestor: State, acceptor: State] {
    return [this.#layers.requestor.state, this.#layers.acceptor.state];
  }

  get artims(): readonly [requestor: number | undefined, acceptor: number | undefined] {
    return [this.#artim.requestor, this.#artim.acceptor];
  }

  issuedTo(role: Role): readonly string[] {
    return this.#issued[role].map(({ name }) => name);
  }

  lastIssuedTo(role: Role): Primitive | undefined {
    return this.#issued[role].at(-1);
  }

  ask(role: Role, event: UpperLayerEvent): this {
    this.#give(role, event);
    if (!this.hold) this.deliver();
    return this;
  }

  /** Everything that is on the wire arrives, and what that causes, until all is quiet. */
  deliver(): this {
    this.hold = false;
    for (;;) {
      const to = (["acceptor", "requestor"] as const).find((role) => this.#wire[role].length > 0);
      if (to === undefined) return this;
      const next = this.#wire[to].shift();
      if (next === "closed") {
        if (!this.#open[to]) continue;
        this.#open[to] = false;
        this.#give(to, { kind: "transport closed" });
      } else if (next !== undefined) {
        this.#framers[to].receive(next);
      }
    }
  }

  /** Time passes; timers that are due expire. */
  pass(milliseconds: number): this {
    this.#now += milliseconds;
    for (const role of ["requestor", "acceptor"] as const) {
      const due = this.#artim[role];
      if (due === undefined || due > this.#now) continue;
      this.#artim[role] = undefined;
      this.#give(role, { kind: "ARTIM expired" });
    }
    return this.deliver();
  }

  #give(role: Role, event: UpperLayerEvent): void {
    for (const command of this.#layers[role].handle(event)) this.#carryOut(role, command);
  }

  #carryOut(role: Role, command: Command): void {
    switch (command.do) {
      case "connect":
        this.#open.requestor = true;
        this.#open.acceptor = true;
        this.#give("acceptor", { kind: "transport connected" });
        this.#give("requestor", { kind: "transport connected" });
        return;
      case "close":
        this.#open[role] = false;
        this.#wire[otherRole(role)].push("closed");
        return;
      case "start ARTIM":
        this.#artim[role] = this.#now + ARTIM;
        return;
      case "stop ARTIM":
        this.#artim[role] = undefined;
        return;
      case "send":
        this.#wire[otherRole(role)].push(command.bytes);
        return;
      case "issue":
        this.#issued[role].push(command.primitive);
        return;
      default:
        command satisfies never;
    }
  }

  #framer(receiver: Role): PduFramer {
    const nothing = (): void => undefined;
    const sink: PduSink = {
      pdu: (_offset, bytes) => this.#give(receiver, { kind: "PDU", pdu: readPdu(bytes).pdu }),
      pDataStart: () => this.#give(receiver, { kind: "P-DATA-TF" }),
      lost: () => this.#give(receiver, { kind: "invalid PDU", abortReason: 1 }),
      pdvStart: nothing,
      fragment: nothing,
      skipped: nothing,
      pdvEnd: nothing,
      pDataEnd: nothing,
      problem: nothing,
    };
    return new PduFramer(sink);
  }
}

/** A pair whose association is established. */
export function associated(): UpperLayerPair {
  return new UpperLayerPair()
    .ask("requestor", { kind: "A-ASSOCIATE request", pdu: requestOf([]) })
    .ask("acceptor", { kind: "A-ASSOCIATE response", pdu: acceptOf([]) });
}
