/**
 * Recognises what is not DICOM by the first octets of a stream, so that an opaque connection is
 * named at once ("TLS") instead of waiting for a PDU of 16 MB that never comes.
 *
 * Rule: the shortest prefix that decides is decided on, and a longer one decides the same: the
 * answer does not depend on how the octets were cut.
 */

/** The name of the protocol, or undefined while these octets (six at most) may begin a PDU. */
export function foreignProtocol(octets: Uint8Array): string | undefined {
  const [first = 0, second] = octets;
  // PDU-types of PS3.8 9.3 are 01H to 07H; no protocol below begins with one of them.
  if (second === undefined || (first >= 0x01 && first <= 0x07)) return undefined;
  // RFC 8446 5.1: content type handshake or alert, legacy_record_version 3.x.
  if ((first === 0x16 || first === 0x15) && second === 0x03) return "TLS";
  // Start block of the minimal lower layer protocol, then the M of MSH.
  if (first === 0x0b && isText(second)) return "HL7 MLLP";
  if (octets.length < 4) return undefined;

  const beginning = octets.subarray(0, 4);
  if (!beginning.every(isText)) return undefined;
  return TEXT_PROTOCOLS.get(String.fromCharCode(...beginning)) ?? "text";
}

function isText(octet: number): boolean {
  return (octet >= 0x20 && octet <= 0x7e) || octet === 0x09 || octet === 0x0a || octet === 0x0d;
}

const HTTP_BEGINNINGS = "GET |PUT |POST|HEAD|DELE|OPTI|PATC|CONN|TRAC|PRI |HTTP";

const TEXT_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ...HTTP_BEGINNINGS.split("|").map((beginning): [string, string] => [beginning, "HTTP"]),
  ["SSH-", "SSH"],
  ["PROX", "PROXY protocol"],
  // Version 2 of the PROXY protocol begins like this, and so do probes of port scanners.
  ["\r\n\r\n", "empty lines (a port scanner or the PROXY protocol)"],
  ["MSH|", "HL7"],
]);
