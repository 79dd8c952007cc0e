/**
 * The two sides of an association, in the standard's words (PS3.8 6.1): the AE that asked for the
 * association and the AE that was asked. Every byte, PDU, message and finding names its sender.
 */
export type Role = "requestor" | "acceptor";

export function otherRole(role: Role): Role {
  return role === "requestor" ? "acceptor" : "requestor";
}
