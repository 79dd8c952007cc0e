/** The parts of a message that are at hand whole, as P-DATA-TF PDUs; see `MessageFragmenter`. */
import { MessageFragmenter } from "./message_fragmenter.ts";

export interface FragmentOptions {
  readonly contextId: number;
  /** The peer's 51H: octets after the six of the header; 0 means no limit (PS3.8 D.1). */
  readonly maximumLength: number;
}

/** The PDUs of a command set without a data set, octets ready to be sent. */
export function* commandPdus(
  commandSet: Uint8Array,
  options: FragmentOptions,
): Generator<Uint8Array> {
  yield* new MessageFragmenter(commandSet, { ...options, dataSetLength: "none" }).end();
}

/** The PDUs of a data set alone; an empty one is one PDV without a fragment's octet. */
export function* dataSetPdus(dataSet: Uint8Array, options: FragmentOptions): Generator<Uint8Array> {
  const dataSetLength = dataSet.length;
  const fragmenter = new MessageFragmenter(new Uint8Array(0), { ...options, dataSetLength });
  yield* fragmenter.push(dataSet);
  yield* fragmenter.end();
}
