/** Asks for an association: an `Association` as requestor, or an `AssociationError` in words. */

import type { ProtocolError } from "../protocol_error.ts";
import { associateRq, type ContextProposal } from "../ul/negotiate.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import { type Primitive, UpperLayer } from "../ul/upper_layer.ts";
import { Association } from "./association.ts";
import { AssociationError, abortedError, rejectedError } from "./association_error.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "./implementation.ts";
import { connectTcp } from "./tcp_connect.ts";
import { TcpReader } from "./tcp_reader.ts";
import { Resolver } from "./tcp_resolve.ts";
import { UlDriver } from "./ul_driver.ts";

export interface RequestOptions {
  readonly host: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly contexts: readonly ContextProposal[];
  /** Octets of a P-DATA-TF that we are ready to receive; 16,384 unless told. */
  readonly maximumLength?: number;
  /** Milliseconds; 10 s, 30 s and for ever (0) unless told. */
  readonly connectTimeout?: number;
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  /** Gives up while the association is not established yet. */
  readonly signal?: AbortSignal;
}

export function requestAssociation(options: RequestOptions): Promise<Association> {
  const request = associateRq(
    {
      callingAeTitle: options.callingAeTitle,
      calledAeTitle: options.calledAeTitle,
      maximumLength: options.maximumLength ?? 16_384,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    },
    options.contexts,
  );
  const acseTimeout = options.acseTimeout ?? 30_000;
  const limits = { acseTimeout, dimseTimeout: options.dimseTimeout ?? 0 };
  const connecting = new AbortController();

  return new Promise((resolve, reject) => {
    let association: Association | undefined;
    let settled = false;
    let fault: ProtocolError | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const reader = new TcpReader((chunk) => {
      driver.receive(chunk);
      return false;
    });
    const driver = new UlDriver(new UpperLayer("requestor"), {
      artimMs: acseTimeout,
      connect: async () => {
        const socket = await connectTcp(options, {
          resolver: new Resolver(),
          reader,
          timeoutMs: options.connectTimeout ?? 10_000,
          signal: connecting.signal,
        });
        timer = setTimeout(giveUp, acseTimeout, "timeout");
        return socket;
      },
      user: {
        get data() {
          return association?.data ?? NOBODY;
        },
        fault: (error) => {
          fault = error;
          association?.fault(error);
        },
        primitive: (primitive) => {
          if (association !== undefined) association.primitive(primitive);
          else beforeEstablished(primitive);
        },
      },
    });

    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      act();
    };
    const fail = (error: AssociationError): void => settle(() => reject(error));
    const giveUp = (kind: "timeout" | "aborted"): void => {
      if (settled) return;
      fail(
        kind === "timeout"
          ? new AssociationError(
              "timeout",
              `No answer in ${acseTimeout} ms while awaiting A-ASSOCIATE-AC (ACSE timeout)`,
            )
          : new AssociationError("aborted", "Asking for an association was given up"),
      );
      connecting.abort();
      driver.give({ kind: "A-ABORT request" });
    };
    const stop = (): void => giveUp("aborted");

    const beforeEstablished = (primitive: Primitive): void => {
      if (primitive.name === "A-ABORT indication") {
        fail(abortedError({ source: 0, reason: 0 }));
      } else if (primitive.name === "A-P-ABORT indication") {
        fail(providerAbort(primitive));
      } else if (primitive.name === "A-ASSOCIATE confirmation") {
        const { pdu } = primitive;
        if (pdu.type === "A-ASSOCIATE-RJ") {
          fail(rejectedError(pdu));
          return;
        }
        const established = new Association(driver, { request, answer: pdu }, limits);
        association = established;
        settle(() => resolve(established));
      }
    };
    const providerAbort = (
      primitive: Extract<Primitive, { readonly name: "A-P-ABORT indication" }>,
    ): AssociationError => {
      const { failure } = driver;
      const cause = failure ?? fault;
      if (primitive.by === "acceptor") return abortedError({ source: 2, reason: primitive.reason });
      if (primitive.by === "requestor") {
        const what = fault?.message ?? "the answer is not one to A-ASSOCIATE-RQ (PS3.8 9.2.3)";
        return new AssociationError("protocol", `No association: ${what}`, { cause });
      }
      if (timer === undefined) {
        return new AssociationError("not connected", failure?.message ?? "Not connected", {
          cause,
        });
      }
      const how = failure === undefined ? "closed" : `lost (${failure.message})`;
      const text = `Connection ${how} by the other side before it answered A-ASSOCIATE-RQ`;
      return new AssociationError("closed", text, { cause });
    };

    options.signal?.addEventListener("abort", stop);
    driver.give({ kind: "A-ASSOCIATE request", pdu: request });
    if (options.signal?.aborted === true) stop();
  });
}

const nothing = (): void => undefined;
const NOBODY: Pick<PduSink, "pdvStart" | "fragment" | "pdvEnd"> = {
  pdvStart: nothing,
  fragment: nothing,
  pdvEnd: nothing,
};
