/** A data set that is at hand whole. */
import type { DataSet } from "./data_set.ts";
import { DataSetBuilder } from "./data_set_builder.ts";
import { DataSetReader, type DataSetReaderOptions } from "./data_set_reader.ts";
import type { DataSetFinding } from "./finding.ts";

export interface ReadDataSet {
  readonly dataSet: DataSet;
  readonly findings: readonly DataSetFinding[];
  /** Octets of the data set, inflated ones where it is deflated. */
  readonly length: number;
  /** It was read to its end; else the last finding says why not. */
  readonly whole: boolean;
}

export interface ReadDataSetOptions extends DataSetReaderOptions {
  readonly maxKept?: number;
}

/** Reads `bytes` as one data set. Values are views on them. Never fails, findings tell. */
export function readDataSet(bytes: Uint8Array, options: ReadDataSetOptions): ReadDataSet {
  // inflated octets come in buffers of the inflater's own
  const builder = new DataSetBuilder({ ...options, shareBytes: true });
  const reader = new DataSetReader(builder, options);
  reader.receive(bytes);
  reader.end();
  const { dataSet, findings, length, whole } = builder;
  return { dataSet, findings, length, whole };
}
