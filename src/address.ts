/**
 * Addresses as people write them: `104`, `pacs:104`, `192.0.2.7:104`, `[::1]:104`. Only the text is
 * looked at here; nothing is resolved.
 */
export interface Address {
  /** Name or IP address, without brackets. `undefined` when only a port was given. */
  readonly host: string | undefined;
  readonly port: number;
}

export const ADDRESS_FORMAT = "[host:]port, for example 11112, pacs:104 or [::1]:104";

/** The address, or a sentence fragment that says what is wrong with the text. */
export function parseAddress(text: string): Address | { readonly wrong: string } {
  const match = /^(?:\[([^\]]*)\]:|([^:[\]]*):)?(\d{1,5})$/.exec(text);
  if (match === null) {
    if (text.includes("://")) return { wrong: "it is [host:]port alone, without ://" };
    if (/^[^[\]]*:[^[\]]*:/.test(text))
      return { wrong: "an IPv6 address needs brackets, [::1]:104" };
    if (/^\d{6,}$/.test(text)) return { wrong: "a port is at most 65535" };
    return { wrong: `it is not ${ADDRESS_FORMAT}` };
  }
  const host = match[1] ?? match[2];
  const port = Number(match[3]);
  if (port > 65_535) return { wrong: "a port is at most 65535" };
  if (host === undefined || (host === "" && match[1] === undefined))
    return { host: undefined, port };
  if (match[1] !== undefined && !/^[0-9a-f:.]+(%[\w.-]+)?$/i.test(host)) {
    return { wrong: "brackets are for IPv6 addresses, [::1]:104" };
  }
  if (host === "" || /[^\w.%:-]/.test(host))
    return { wrong: "the host is not a name or an address" };
  return { host, port };
}

export function formatAddress(address: {
  readonly host?: string | undefined;
  readonly port: number;
}): string {
  const { host, port } = address;
  if (host === undefined) return String(port);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A name counts only where it always means this machine (RFC 6761 6.3). */
export function isThisMachine(host: string): boolean {
  const name = host.toLowerCase().replace(/^::ffff:/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^(0{0,4}:){2,7}0{0,3}1$/.test(name)) return true;
  const octets = name.split(".");
  return (
    octets.length === 4 &&
    octets[0] === "127" &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)
  );
}
