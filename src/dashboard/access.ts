/**
 * Who may use the dashboard, and as what (P-16): the token of this run, or the users of an access
 * file (`--dashboard-auth FILE`), one a line:
 *
 *     # name role sha256:digest of the token, as `dicomtap dashboard --new-token NAME:ROLE` prints it
 *     ward-3 viewer   sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 *     anna   operator sha256:...
 *
 * Why digests of random tokens and no passwords: a token of 144 random bits cannot be guessed, so a
 * plain digest of it is enough, and the file gives nothing away (P-06).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { UserRole } from "./api_types.ts";

export interface User {
  readonly name: string;
  readonly role: UserRole;
}

export interface Access {
  /** Takes the same time whichever user it is, and whether it is one. */
  userOf(token: string): User | undefined;
}

export const ROLES: readonly UserRole[] = ["viewer", "operator", "admin"];

/** What each may do includes what the one before may. */
export function mayAct(role: UserRole, needed: UserRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Whoever has the token of this run started the program, or was sent by who did. */
export function soleToken(token: string): Access {
  return accessOf([{ name: "token", role: "admin", digest: digestOf(token) }]);
}

/** Throws an error that names the line, where one cannot be read. */
export function readAccess(text: string): Access {
  const entries = text.split("\n").flatMap((line, at) => {
    const plain = line.replace(/#.*$/, "").trim();
    return plain === "" ? [] : [readLine(plain, at + 1)];
  });
  if (entries.length === 0) throw new Error("there is no user in it");
  return accessOf(entries);
}

/** The line of an access file for a new token. */
export function accessLine(user: User, token: string): string {
  return `${user.name} ${user.role} sha256:${digestOf(token).toString("hex")}`;
}

/** "anna:operator". Undefined where it is no such thing. */
export function readUser(text: string): User | undefined {
  const [, name, role] = /^([\w.@-]{1,64}):(\w+)$/.exec(text) ?? [];
  const known = ROLES.find((one) => one === role);
  return name === undefined || known === undefined ? undefined : { name, role: known };
}

interface AccessEntry extends User {
  readonly digest: Buffer;
}

function readLine(line: string, number: number): AccessEntry {
  const [name = "", role = "", digest = "", ...rest] = line.split(/\s+/);
  const user = readUser(`${name}:${role}`);
  const [, hex] = /^sha256:([\da-f]{64})$/i.exec(digest) ?? [];
  if (user === undefined || hex === undefined || rest.length > 0) {
    throw new Error(`line ${number} is not "NAME viewer|operator|admin sha256:DIGEST"`);
  }
  return { ...user, digest: Buffer.from(hex, "hex") };
}

function accessOf(entries: readonly AccessEntry[]): Access {
  return {
    userOf(token) {
      const digest = digestOf(token);
      let found: User | undefined;
      for (const { name, role, digest: known } of entries) {
        if (timingSafeEqual(digest, known)) found = { name, role };
      }
      return found;
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
