/**
 * What `PduFramer` tells its owner, in the order of the wire.
 *
 * Why methods and not values from an iterator: a P-DATA-TF of 4 GB passes as some 100,000 views,
 * and this is the one loop that runs for every chunk; methods cost no allocation a call.
 *
 * Rule: every `Uint8Array` given here is a view that is valid until the method returns. Who keeps
 * it copies it. Offsets count octets of this AE's stream from 0.
 */
import type { ProtocolError } from "../protocol_error.ts";

export interface PduSink {
  /** A whole PDU other than P-DATA-TF, its six octets of header included. */
  pdu(offset: number, bytes: Uint8Array): void;
  /** The header of a P-DATA-TF; `pduLength` counts what follows the header. */
  pDataStart(offset: number, pduLength: number): void;
  /** The six octets before a fragment. `fragmentLength` is the PDV item length less 2. */
  pdvStart(
    offset: number,
    contextId: number,
    messageControlHeader: number,
    fragmentLength: number,
  ): void;
  /** Some octets of the fragment, as they came. */
  fragment(offset: number, bytes: Uint8Array): void;
  /**
   * `length` octets of the fragment passed but are not available, see `PduFramer.skip`. They count
   * as octets of the fragment: `fragment` goes on behind them, `pdvEnd` comes as ever.
   */
  skipped(offset: number, length: number): void;
  /** The fragment is whole. */
  pdvEnd(): void;
  /** The P-DATA-TF is whole. */
  pDataEnd(): void;
  /** Something is wrong with the framing inside a P-DATA-TF; the framer goes on behind that PDU. */
  problem(error: ProtocolError): void;
  /**
   * Framing is lost, or the stream ended inside a PDU: nothing more will come.
   * `protocol` names what the octets look like, where that is known ("TLS", "HTTP", ...).
   */
  lost(offset: number, error: ProtocolError, protocol: string | undefined): void;
}
