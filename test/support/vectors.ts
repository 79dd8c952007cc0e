/**
 * Vectors are documents: `name.hex` holds octets in hexadecimal, ASCII in double quotes and comments
 * from # to the end of the line; `name.json` the decoded value, with octets as {"hex": "00 01"}.
 * Adding the two files adds their tests.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Vector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

export function readVectors(folder: string): readonly Vector[] {
  const path = join(dirname(fileURLToPath(import.meta.url)), "../vectors", folder);
  return readdirSync(path)
    .filter((file) => file.endsWith(".hex"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -".hex".length),
      bytes: bytesOfHex(readFileSync(join(path, file), "utf8")),
      value: JSON.parse(readFileSync(join(path, file.replace(/hex$/, "json")), "utf8"), revive),
    }));
}

/** Octets of the notation above. */
export function bytesOfHex(text: string): Uint8Array {
  const octets: number[] = [];
  for (const [token] of text.matchAll(/#.*|"[^"]*"|[0-9A-Fa-f]{2}|\S/g)) {
    if (token.startsWith("#")) continue;
    if (token.startsWith('"')) {
      for (const character of token.slice(1, -1)) octets.push(character.charCodeAt(0));
    } else if (token.length === 2) {
      octets.push(Number.parseInt(token, 16));
    } else {
      throw new TypeError(`Cannot read vector: ${token} is no octet`);
    }
  }
  return Uint8Array.from(octets);
}

function revive(_key: string, value: unknown): unknown {
  const isHex = typeof value === "object" && value !== null && "hex" in value;
  return isHex && typeof value.hex === "string" ? bytesOfHex(value.hex) : value;
}
