/**
 * Nagle's algorithm in one AE against delayed acknowledgements in the other: the data set waits
 * some 40 ms (Linux) or 200 ms (Windows) behind its command set, on every message.
 */
import type { Message } from "../dimse/message.ts";
import type { Role } from "../role.ts";
import type { Report } from "./finding.ts";

/** Microseconds between the command set and the first octet of the data set. */
const SHORTEST = 30_000;
const LONGEST = 300_000;
/** So many stalls are no accident. */
const ENOUGH = 3;

interface Stalls {
  messages: number;
  stalled: number;
  micros: number;
}

export class StallWatch {
  readonly #report: Report;
  readonly #stalls: Readonly<Record<Role, Stalls>> = {
    requestor: { messages: 0, stalled: 0, micros: 0 },
    acceptor: { messages: 0, stalled: 0, micros: 0 },
  };

  constructor(report: Report) {
    this.#report = report;
  }

  ended(message: Message): void {
    if (message.dataSet === undefined) return;
    const stalls = this.#stalls[message.sender];
    stalls.messages++;
    const waited = message.dataSet.at - message.commandAt;
    if (waited < SHORTEST || waited > LONGEST) return;
    stalls.stalled++;
    stalls.micros += waited;
  }

  /** At the end of the association: one finding an AE, where most of its data sets waited. */
  end(): void {
    for (const sender of ["requestor", "acceptor"] as const) {
      const { messages, stalled, micros } = this.#stalls[sender];
      if (stalled < ENOUGH || stalled * 2 < messages) continue;
      const mean = Math.round(micros / stalled / 1000);
      const text =
        `Nagle stall: ${mean} ms before ${stalled} of ${messages} data sets; ` +
        `set TCP_NODELAY in the ${sender}`;
      this.#report("nagle-stall", text, { sender });
    }
  }
}
