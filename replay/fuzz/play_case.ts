/**
 * Says what a script says with its changes, over a connection of its own, and tells how that ended.
 * The upper layer is not asked: what is sent is what it would never send.
 *
 * Rule: every wait is bounded, and what comes back is looked at but not kept.
 */
import type { Socket } from "node:net";
import { isResponse } from "../../src/dimse/command_field.ts";
import { numberOf } from "../../src/dimse/command_set.ts";
import { MessageAssembler } from "../../src/dimse/message_assembler.ts";
import { isFinal } from "../../src/dimse/status.ts";
import { connectTcp, type Target } from "../../src/io/tcp_connect.ts";
import { TcpReader } from "../../src/io/tcp_reader.ts";
import { Resolver } from "../../src/io/tcp_resolve.ts";
import { endWasReset } from "../../src/io/tcp_socket.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import { type FuzzScript, stepOctets } from "./fuzz_script.ts";
import type { Mutation } from "./mutation.ts";

/**
 * How a case ended.
 *
 * - `answered`: to the A-RELEASE-RP, whatever the answers were
 * - `silent`: to the end of the script, without that
 * - `rejected`, `aborted`: it said no as the standard has it (PS3.8 9.3.4, 9.3.8)
 * - `closed`, `reset`: it went without a word
 * - `unreachable`: nothing listens
 */
export type CaseEnd =
  | "answered"
  | "silent"
  | "rejected"
  | "aborted"
  | "closed"
  | "reset"
  | "unreachable";

export interface CaseOptions {
  readonly target: Target;
  /** Milliseconds to wait for the answer to a step, which a changed one need not have. */
  readonly stepTimeout: number;
  readonly connectTimeout: number;
}

export async function playCase(
  script: FuzzScript,
  mutations: readonly Mutation[],
  options: CaseOptions,
): Promise<CaseEnd> {
  const heard = new Heard();
  const reader = new TcpReader((chunk) => {
    heard.receive(chunk);
    return false;
  });
  let socket: Socket;
  try {
    socket = await connectTcp(options.target, {
      resolver: new Resolver(),
      reader,
      timeoutMs: options.connectTimeout,
      signal: new AbortController().signal,
    });
  } catch {
    return "unreachable";
  }
  socket.on("error", () => heard.ended("reset"));
  socket.on("end", () => heard.ended(endWasReset(socket) ? "reset" : "closed"));
  socket.on("close", () => heard.ended("closed"));
  try {
    for (const step of script.steps) {
      socket.write(stepOctets(step, mutations));
      await heard.next(options.stepTimeout);
      if (heard.end !== undefined) break;
    }
  } finally {
    socket.destroy();
  }
  return heard.end ?? "silent";
}

/** What the other side says. */
class Heard {
  #end: CaseEnd | undefined;
  #wake: () => void = () => undefined;
  readonly #framer: PduFramer;

  constructor() {
    const assembler = new MessageAssembler(
      {
        messageStarted: () => undefined,
        irregular: () => undefined,
        messageEnded: ({ commandField, commandSet }) => {
          const status = numberOf(commandSet, "Status");
          const isAnswer = commandField !== undefined && isResponse(commandField);
          if (isAnswer && (status === undefined || isFinal(status))) this.#wake();
        },
      },
      { sender: "acceptor", headLength: 0 },
    );
    this.#framer = new PduFramer({
      pdu: (_offset, bytes) => this.#pdu(bytes[0] ?? 0),
      pDataStart: (offset, length) => assembler.pDataStart(offset, length),
      pdvStart: (...head) => assembler.pdvStart(...head),
      fragment: (offset, bytes) => assembler.fragment(offset, bytes),
      skipped: () => undefined, // nothing is skipped on a socket
      pdvEnd: () => assembler.pdvEnd(),
      pDataEnd: () => undefined,
      problem: () => this.#wake(),
      lost: () => this.#wake(),
    });
  }

  get end(): CaseEnd | undefined {
    return this.#end;
  }

  receive(chunk: Uint8Array): void {
    this.#framer.receive(chunk);
  }

  /** The first of them counts: a connection that was closed is not reset any more. */
  ended(end: CaseEnd): void {
    this.#end ??= end;
    this.#wake();
  }

  /** Resolves with the next answer, at the end, or after so many milliseconds. */
  next(ms: number): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #pdu(type: number): void {
    switch (type) {
      case A_ASSOCIATE_RJ:
        this.ended("rejected");
        return;
      case A_ABORT:
        this.ended("aborted");
        return;
      case A_RELEASE_RP:
        this.ended("answered");
        return;
      default:
        this.#wake();
    }
  }
}

/** PDU-types, PS3.8 9.3. */
const A_ASSOCIATE_RJ = 0x03;
const A_RELEASE_RP = 0x06;
const A_ABORT = 0x07;
