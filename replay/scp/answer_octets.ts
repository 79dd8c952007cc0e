/**
 * The octets of an answer's data set for a live context: as recorded where its transfer syntax is the
 * recorded one, else re-encoded as they pass (PS3.5 A); never converted needlessly.
 */
import { Readable } from "node:stream";
import { createDeflateRaw } from "node:zlib";
import { DataSet } from "../../src/dataset/data_set.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import {
  EXPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import type { DataSetSource } from "../../src/io/association.ts";
import { canReEncode, reEncoded } from "../../src/service/re_encoder.ts";
import type { OctetsInSyntax } from "./responder.ts";

/** Throws a RangeError, in words, where there is no way. */
export function answerOctets(dataSet: DataSet | OctetsInSyntax, uid: string): DataSetSource {
  if (!(dataSet instanceof DataSet) && dataSet.transferSyntax === uid) return dataSet.octets();
  const to = known(uid);
  if (to.deflated) return deflated(octetsIn(dataSet, EXPLICIT_LITTLE));
  return octetsIn(dataSet, to);
}

function octetsIn(dataSet: DataSet | OctetsInSyntax, to: TransferSyntax): DataSetSource {
  if (dataSet instanceof DataSet) return encodeDataSet(dataSet, { syntax: to });
  const from = known(dataSet.transferSyntax);
  if (from.uid === to.uid) return dataSet.octets();
  if (!canReEncode(from, to)) {
    throw new RangeError(`Cannot re-encode a data set from ${from.uid} to ${to.uid} (PS3.5 A.4)`);
  }
  return reEncoded(dataSet.octets(), { from, to });
}

function known(uid: string): TransferSyntax {
  const syntax = transferSyntax(uid);
  if (syntax !== undefined) return syntax;
  throw new RangeError(`Cannot encode a data set: transfer syntax ${uid} is not known (PS3.5 10)`);
}

/** PS3.5 A.5: one raw stream of RFC 1951, padded to an even number of octets. */
async function* deflated(octets: DataSetSource): AsyncGenerator<Uint8Array> {
  const source = octets instanceof Uint8Array ? Readable.from([octets]) : Readable.from(octets);
  const packed = createDeflateRaw();
  source.on("error", (error) => packed.destroy(error));
  let length = 0;
  for await (const piece of source.pipe(packed)) {
    const bytes = new Uint8Array(piece as Uint8Array);
    length += bytes.length;
    yield bytes;
  }
  if (length % 2 === 1) yield Uint8Array.of(0);
}
