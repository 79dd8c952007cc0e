/** What a file is that is no capture, in words that follow "the file": for error messages only. */
export function foreignFormat(begin: Uint8Array): string {
  for (const { name, at, octets } of KNOWN) {
    if (octets.every((octet, i) => begin[at + i] === octet)) return `looks like ${name}`;
  }
  if (begin.every((octet) => octet === 0)) return "begins with zeros only";
  const text = begin.every(
    (octet) => octet >= 0x20 || octet === 0x09 || octet === 0x0a || octet === 0x0d,
  );
  return text ? "looks like text" : "is of a kind that dicomtap does not know";
}

interface Known {
  readonly name: string;
  readonly at: number;
  readonly octets: readonly number[];
}

const KNOWN: readonly Known[] = [
  { name: "a pcap recording", at: 0, octets: [0xd4, 0xc3, 0xb2, 0xa1] },
  { name: "a pcap recording", at: 0, octets: [0xa1, 0xb2, 0xc3, 0xd4] },
  { name: "a pcap recording", at: 0, octets: [0x4d, 0x3c, 0xb2, 0xa1] },
  { name: "a pcapng recording", at: 0, octets: [0x0a, 0x0d, 0x0d, 0x0a] },
  { name: "a DICOM file (PS3.10 7.1)", at: 128, octets: [0x44, 0x49, 0x43, 0x4d] },
  { name: "a gzip archive: unpack it first", at: 0, octets: [0x1f, 0x8b] },
  { name: "a zstd archive: unpack it first", at: 0, octets: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "an xz archive: unpack it first", at: 0, octets: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: "a zip archive: unpack it first", at: 0, octets: [0x50, 0x4b, 0x03, 0x04] },
  { name: "a PDF document", at: 0, octets: [0x25, 0x50, 0x44, 0x46] },
  { name: "JSON", at: 0, octets: [0x7b] },
  { name: "JSON", at: 0, octets: [0x5b] },
];
