/**
 * The header: the first value of a capture, a map that says what the file is and where it comes
 * from. Its last member is the CRC-32 of all octets before that number.
 *
 * Rule for all versions of the format: `format` and `version` come first, `crc32` last. A reader
 * refuses a greater major version in words and reads a greater minor one.
 */
import { crc32 } from "node:zlib";
import { CaptureError } from "./capture_error.ts";
import { bytesOf, packValue, unpackValue, valueEnd } from "./msgpack.ts";

export const FORMAT_VERSION = [1, 0] as const;

/** What the writer says about a capture. Names as on disk. */
export interface CaptureFacts {
  /** 16 octets that no other capture has; every block repeats them. */
  readonly capture_id: Uint8Array;
  /** "dicomtap 0.1.0" */
  readonly product: string;
  /** "node 20.20.2" */
  readonly runtime: string;
  readonly host: string;
  readonly routes: readonly CaptureRoute[];
  /** "headers": data sets are cut, see the records `cut` and `digest`. */
  readonly payload: "full" | "headers";
  /** Wall clock when this file was begun, microseconds since 1970-01-01 UTC. */
  readonly started_wall_us: number;
  /** The same moment on the recorder's monotonic clock, on which each record's `at` is counted. */
  readonly started_at_us: number;
  /** Counts the files of one run of the recorder from 1. */
  readonly part: number;
  /** What was taken out before it was written: "none", "user-identity", "de-identified". */
  readonly redaction: string;
}

/** Readers pass on members that they do not know. */
export interface CaptureHeader extends CaptureFacts {
  /** Major and minor version of the format. */
  readonly version: readonly [number, number];
  readonly compression: string;
  /** Identifier of the key, or null for a capture that is not encrypted. */
  readonly encryption: unknown;
  readonly [further: string]: unknown;
}

export interface CaptureRoute {
  readonly listen: string;
  readonly to: string;
  readonly [further: string]: unknown;
}

/** Members of `facts` that are not `CaptureFacts` are written too, but for those that we choose. */
export function encodeHeader(facts: CaptureFacts): Uint8Array {
  const { capture_id, product, runtime, host, ...others } = facts;
  const bytes = packValue({
    ...{ format: "dicomtap", version: undefined, capture_id, product, runtime, host }, // the order
    ...others,
    version: FORMAT_VERSION,
    compression: "none",
    encryption: null,
    crc32: 0xffff_ffff, // any number that takes all 32 bits; the right one replaces it
  });
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(
    bytes.length - 4,
    crc32(bytes.subarray(0, bytes.length - 5)),
  );
  return bytes;
}

export interface FoundHeader {
  readonly header: CaptureHeader;
  /** Octets it takes. */
  readonly length: number;
}

/**
 * The header at the start of `bytes`, or undefined where there is no whole and sound one.
 * Throws `CaptureError` where there is one that this program must not read on.
 */
export function readHeader(bytes: Uint8Array): FoundHeader | undefined {
  if (!looksLikeHeader(bytes)) return undefined;
  const length = valueEnd(bytes.subarray(0, MAX_HEADER_SIZE), 0);
  if (length < 0 || bytes[length - 5] !== 0xce) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(length - 4) !== crc32(bytes.subarray(0, length - 5))) return undefined;
  const {
    format,
    crc32: sum,
    ...header
  } = (unpackValue(bytes.subarray(0, length)) ?? {}) as CaptureHeader;
  if (format !== "dicomtap" || typeof sum !== "number") return undefined;
  if (!Array.isArray(header.version)) return undefined;
  const [major, minor] = header.version as unknown[];
  if (typeof major !== "number" || typeof minor !== "number") return undefined;
  if (major > FORMAT_VERSION[0]) {
    throw new CaptureError(
      `Cannot read format version ${major}.${minor}: this dicomtap reads versions up to ` +
        `${FORMAT_VERSION[0]}.x. Use the dicomtap that wrote it (${header.product}) or a later one`,
      "newer",
    );
  }
  const captureId = bytesOf(header.capture_id)?.slice();
  if (captureId?.length !== 16) return undefined;
  if (header.encryption !== null || header.compression !== "none") {
    const how = header.encryption !== null ? "encrypted" : `compressed (${header.compression})`;
    throw new CaptureError(`Cannot read a capture that is ${how}`, "unsupported");
  }
  return { header: { ...header, capture_id: captureId }, length };
}

/** Whether `bytes` begin as headers of all versions do: a map whose first member is the format. */
export function looksLikeHeader(bytes: Uint8Array): boolean {
  const type = bytes[0] ?? 0;
  const at = type >= 0x80 && type <= 0x8f ? 1 : type === 0xde ? 3 : type === 0xdf ? 5 : -1;
  return at > 0 && SIGNATURE.every((octet, i) => bytes[at + i] === octet);
}

export const MAX_HEADER_SIZE = 65_536;

/** The texts "format" and "dicomtap" in MessagePack: in every header from its octet 1, 3 or 5 on. */
export const SIGNATURE: readonly number[] = [
  0xa6, 0x66, 0x6f, 0x72, 0x6d, 0x61, 0x74, 0xa8, 0x64, 0x69, 0x63, 0x6f, 0x6d, 0x74, 0x61, 0x70,
];
