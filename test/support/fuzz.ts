/** Seeded inputs for fuzz tests: the same on every run, more of them with DICOMTAP_FUZZ=long. */

export function fuzzRounds(rounds: number, longRounds: number): number {
  try {
    return process.env["DICOMTAP_FUZZ"] === "long" ? longRounds : rounds;
  } catch {
    return rounds; // A runtime without permission to read its environment.
  }
}

/** A whole number from 0 to below `limit`. */
export type Random = (limit: number) => number;

/** Mulberry32: small, seeded, good enough to mutate octets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** A copy with a few octets changed, cut, doubled or put in. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const octets = Array.from(bytes);
  const changes = 1 + random(4);
  for (let change = 0; change < changes; change++) {
    const at = random(octets.length + 1);
    const length = random(8);
    switch (random(6)) {
      case 0:
        octets.splice(at, length);
        break;
      case 1:
        octets.splice(at, 0, ...octets.slice(at, at + length));
        break;
      case 2:
        octets.splice(at, 0, ...Array.from({ length }, () => random(256)));
        break;
      case 3:
        octets.splice(at, 1, EDGES[random(EDGES.length)] ?? 0);
        break;
      default:
        octets.splice(at, 1, random(256));
    }
  }
  return Uint8Array.from(octets);
}

const EDGES = [0x00, 0x01, 0x02, 0x04, 0x50, 0x58, 0x7f, 0x80, 0xfe, 0xff];
