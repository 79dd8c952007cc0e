/**
 * A message into P-DATA-TF PDUs for a peer's maximum length: the inverse of `MessageAssembler`
 * (PS3.8 9.3.5, Annex D.1 and E; PS3.7 6.3).
 *
 * One PDV a PDU, command set first. All fragments are as long as the peer allows and even, but the
 * last of a data set of odd length, which is the caller's fault and is sent as it is.
 */
export interface FragmentOptions {
  readonly contextId: number;
  /** The peer's 51H: octets after the six of the header; 0 means no limit (PS3.8 D.1). */
  readonly maximumLength: number;
}

/** Without a limit of the peer: what is comfortable to write at once. */
const OWN_LIMIT = 256 * 1024;
/** PDV item length, presentation context ID, message control header. */
const PDV_HEAD = 6;
const PDU_HEAD = 6;
const COMMAND = 1;
const LAST = 2;

/** PDUs of the command set, whole octets each, ready to be sent. */
export function* commandPdus(
  commandSet: Uint8Array,
  options: FragmentOptions,
): Generator<Uint8Array> {
  yield* pdus(commandSet, { ...options, header: COMMAND });
}

/** PDUs of a data set that is at hand whole; an empty one is one PDV without a fragment's octet. */
export function* dataSetPdus(dataSet: Uint8Array, options: FragmentOptions): Generator<Uint8Array> {
  yield* pdus(dataSet, { ...options, header: 0 });
}

/**
 * The PDUs of a data set that comes in pieces: feed each piece, then call `end`. What is held back
 * is less than one fragment, because only the very last one may be marked as last.
 */
export class DataSetFragmenter {
  readonly #options: FragmentOptions;
  readonly #size: number;
  #held: Uint8Array = new Uint8Array(0);

  constructor(options: FragmentOptions) {
    this.#options = options;
    this.#size = fragmentSize(options.maximumLength);
  }

  *push(piece: Uint8Array): Generator<Uint8Array> {
    const bytes = this.#held.length === 0 ? piece : joined(this.#held, piece);
    // strictly more than one fragment: the last octets wait for `end`
    let at = 0;
    for (; bytes.length - at > this.#size; at += this.#size) {
      yield pdu(bytes.subarray(at, at + this.#size), { ...this.#options, header: 0 });
    }
    this.#held = bytes.slice(at);
  }

  end(): Uint8Array {
    const last = pdu(this.#held, { ...this.#options, header: LAST });
    this.#held = new Uint8Array(0);
    return last;
  }
}

/** Octets of a fragment that fill a P-DATA-TF of the peer's maximum length; always even. */
export function fragmentSize(maximumLength: number): number {
  const limit = maximumLength === 0 ? OWN_LIMIT : Math.min(maximumLength, OWN_LIMIT);
  const size = (limit - PDV_HEAD) & ~1;
  if (size < 2) {
    throw new RangeError(
      `Cannot send data: a maximum length of ${maximumLength} bytes leaves no room for a fragment`,
    );
  }
  return size;
}

function* pdus(
  bytes: Uint8Array,
  options: FragmentOptions & { header: number },
): Generator<Uint8Array> {
  const size = fragmentSize(options.maximumLength);
  let at = 0;
  do {
    const end = Math.min(at + size, bytes.length);
    const last = end === bytes.length ? LAST : 0;
    yield pdu(bytes.subarray(at, end), { ...options, header: options.header | last });
    at = end;
  } while (at < bytes.length);
}

function pdu(fragment: Uint8Array, options: { contextId: number; header: number }): Uint8Array {
  const bytes = new Uint8Array(PDU_HEAD + PDV_HEAD + fragment.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x04;
  view.setUint32(2, PDV_HEAD + fragment.length);
  view.setUint32(6, 2 + fragment.length);
  bytes[10] = options.contextId;
  bytes[11] = options.header;
  bytes.set(fragment, 12);
  return bytes;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
