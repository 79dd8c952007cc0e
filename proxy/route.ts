/**
 * A route: where the proxy listens, and which application entity it stands in front of.
 *
 * Rule: a target that leads back to the proxy or to its dashboard is refused, when the
 * configuration is read and again at each connection, after the name was looked up (F-16):
 * otherwise one connection would become endlessly many.
 */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { type Address, formatAddress } from "../src/address.ts";

export interface Route {
  readonly listen: Address;
  /** No host means this machine. */
  readonly to: Address;
}

/** An address that this process listens on. */
export interface OwnAddress {
  /** An IP address; `undefined`, `::` and `0.0.0.0` mean all of this machine. */
  readonly host: string | undefined;
  readonly port: number;
  /** For the message: "the proxy itself", "the dashboard". */
  readonly what: string;
}

/** A route that cannot be; the message is in words. */
export class RouteError extends Error {
  override readonly name = "RouteError";
}

export function targetOf(route: Route): { readonly host: string; readonly port: number } {
  return { host: route.to.host ?? "127.0.0.1", port: route.to.port };
}

/** Refuses what is wrong without looking anything up. */
export function checkRoutes(routes: readonly Route[]): void {
  if (routes.length === 0) throw new RouteError("Cannot start: there is no route");
  const seen = new Set<string>();
  for (const { listen, to } of routes) {
    if (to.port === 0) {
      throw new RouteError(`Cannot use ${formatAddress(to)} as a target: a target needs a port`);
    }
    const key = formatAddress(listen);
    if (listen.port !== 0 && seen.has(key)) {
      throw new RouteError(`Cannot listen on ${key} twice: give each route an address of its own`);
    }
    seen.add(key);
  }
}

/** Why a connection to `host` (an IP address) would come back to us, or `undefined`. */
export function leadsBack(
  target: { readonly host: string; readonly port: number },
  own: readonly OwnAddress[],
): string | undefined {
  const found = own.find((address) => address.port === target.port && isSame(target.host, address));
  if (found === undefined) return undefined;
  return `Cannot use ${formatAddress(target)} as a target: it is ${found.what}`;
}

function isSame(host: string, own: OwnAddress): boolean {
  const target = canonical(host);
  const listening = own.host === undefined ? "::" : canonical(own.host);
  if (listening === "::") return isOfThisMachine(target); // both IPv6 and IPv4
  if (listening === "0.0.0.0") return isIP(target) === 4 && isOfThisMachine(target);
  if (target === "0.0.0.0") return listening === "127.0.0.1"; // where such a connection goes
  if (target === "::") return listening === "::1" || listening === "127.0.0.1";
  return target === listening;
}

function isOfThisMachine(ip: string): boolean {
  if (ip === "0.0.0.0" || ip === "::" || ip === "::1" || ip.startsWith("127.")) return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => canonical(address) === ip),
  );
}

/** One spelling for each address; an IPv4 address inside an IPv6 one as IPv4. */
function canonical(ip: string): string {
  const plain = ip.replace(/%.*$/, "");
  if (isIP(plain) !== 6) return plain;
  const v6 = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(v6);
  if (mapped === null) return v6;
  const bits = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? "0", 16));
  return bits.flatMap((part) => [part >> 8, part & 0xff]).join(".");
}
