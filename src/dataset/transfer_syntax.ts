/**
 * How a transfer syntax encodes a data set (PS3.5 10 and Annex A). Names and history of the UIDs are
 * in the dictionary; here is only what a reader or writer has to know.
 */
export interface TransferSyntax {
  readonly uid: string;
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  /** The data set is one raw stream of RFC 1951 (A.5). */
  readonly deflated: boolean;
  /** Pixel data come as fragments (A.4). */
  readonly encapsulated: boolean;
  /** Pixel data are big endian though nothing else is (one private syntax of GE). */
  readonly bigEndianPixels: boolean;
}

export const IMPLICIT_LITTLE = syntax("1.2.840.10008.1.2", { explicit: false });
export const EXPLICIT_LITTLE = syntax("1.2.840.10008.1.2.1");
export const EXPLICIT_BIG = syntax("1.2.840.10008.1.2.2", { bigEndian: true });
export const DEFLATED_LITTLE = syntax("1.2.840.10008.1.2.1.99", { deflated: true });

const OTHERS: readonly TransferSyntax[] = [
  IMPLICIT_LITTLE,
  EXPLICIT_LITTLE,
  EXPLICIT_BIG,
  DEFLATED_LITTLE,
  // Papyrus 3 Implicit VR Little Endian, retired
  syntax("1.2.840.10008.1.20", { explicit: false }),
  // DLX/GE "Implicit VR Little Endian with big endian pixel data"
  syntax("1.2.840.113619.5.2", { explicit: false, bigEndianPixels: true }),
  // JPIP Referenced Deflate, JPIP HTJ2K Referenced Deflate: no pixel data, deflated as a whole
  syntax("1.2.840.10008.1.2.4.94"),
  syntax("1.2.840.10008.1.2.4.95", { deflated: true }),
  syntax("1.2.840.10008.1.2.4.204"),
  syntax("1.2.840.10008.1.2.4.205", { deflated: true }),
  // RFC 2557 MIME and XML encoding, retired: pixel data are not fragments
  syntax("1.2.840.10008.1.2.6.1"),
  syntax("1.2.840.10008.1.2.6.2"),
];

const BY_UID: ReadonlyMap<string, TransferSyntax> = new Map(OTHERS.map((one) => [one.uid, one]));

/** Encapsulated Uncompressed, JPEG, JPEG-LS, JPEG 2000, MPEG, HEVC, JPEG XL, HTJ2K; RLE; deflated frames. */
const ENCAPSULATED = /^1\.2\.840\.10008\.1\.2\.(1\.98|4\.[1-9][0-9]{1,2}(\.1)?|5|8\.[1-9][0-9]?)$/;

/**
 * The encoding of a transfer syntax. A UID that is not known gives undefined: its data set may be
 * anything (PS3.5 10.1), so it is shown by size and hash, never guessed at.
 */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  const known = BY_UID.get(uid);
  if (known !== undefined) return known;
  return ENCAPSULATED.test(uid) ? syntax(uid, { encapsulated: true }) : undefined;
}

function syntax(uid: string, different: Partial<TransferSyntax> = {}): TransferSyntax {
  return {
    uid,
    explicit: true,
    bigEndian: false,
    deflated: false,
    encapsulated: false,
    bigEndianPixels: false,
    ...different,
  };
}
