/**
 * Makes a PNG of 8 bits a sample (RFC 2083) a third as large: with a palette of its 256 most frequent
 * colours, those nearly alike taken together. Text and flat surfaces keep their colours.
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Octets a pixel: 3 or 4. */
  readonly depth: number;
  readonly octets: Uint8Array;
}

export function withPalette(png: Uint8Array): Uint8Array {
  const { width, height, depth, octets } = readPng(png);
  const counts = new Map<number, number>();
  const colours = new Uint32Array(width * height);
  for (let pixel = 0, at = 0; pixel < colours.length; pixel++, at += depth) {
    const colour = (octet(octets, at) << 16) | (octet(octets, at + 1) << 8) | octet(octets, at + 2);
    colours[pixel] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const { palette, places } = choose(counts);
  const rows = new Uint8Array(height * (width + 1)); // each begins with its filter: 0, none
  for (let pixel = 0; pixel < colours.length; pixel++) {
    const row = Math.floor(pixel / width);
    rows[pixel + row + 1] = places.get(colours[pixel] ?? 0) ?? 0;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8); // bits a sample; colour type: palette
  const colourOctets = palette.flatMap((colour) => [
    colour >> 16,
    (colour >> 8) & 255,
    colour & 255,
  ]);
  return Buffer.concat([
    png.subarray(0, SIGNATURE_LENGTH),
    chunk("IHDR", head),
    chunk("PLTE", Uint8Array.from(colourOctets)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/**
 * The palette, and the place in it of each colour: the most frequent colours as they are, and of the
 * others those that are least like what is in it already, so that a rare hue is kept.
 */
function choose(counts: ReadonlyMap<number, number>) {
  const groups = new Map<number, Group>();
  for (const [colour, count] of counts) {
    const group = groups.get(colour & 0xf8f8f8);
    if (group === undefined) {
      groups.set(colour & 0xf8f8f8, { colour, count, all: count, away: Number.POSITIVE_INFINITY });
    } else {
      group.all += count;
      if (count > group.count) Object.assign(group, { colour, count });
    }
  }
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, 48);
  const palette = frequent.map(([colour]) => colour);
  for (const group of groups.values()) {
    group.away = distance(group.colour, palette[nearest(palette, group.colour)] ?? 0);
  }
  while (palette.length < 256) {
    let next: Group | undefined;
    for (const group of groups.values()) {
      if (group.away > 0 && (next === undefined || weight(group) > weight(next))) next = group;
    }
    if (next === undefined) break;
    palette.push(next.colour);
    for (const group of groups.values()) {
      group.away = Math.min(group.away, distance(group.colour, next.colour));
    }
  }
  const places = new Map<number, number>();
  for (const colour of counts.keys()) places.set(colour, nearest(palette, colour));
  return { palette, places };
}

/** Colours nearly alike. */
interface Group {
  /** The most frequent of them. */
  colour: number;
  count: number;
  /** Pixels of all of them. */
  all: number;
  /** From the nearest colour of the palette. */
  away: number;
}

function weight({ all, away }: Group): number {
  return Math.sqrt(all) * away;
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let place = 0; place < palette.length; place++) {
    const away = distance(colour, palette[place] ?? 0);
    if (away < least) [best, least] = [place, away];
  }
  return best;
}

function distance(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

const SIGNATURE_LENGTH = 8;

/** What Chromium writes: 8 bits a sample, RGB or RGBA, not interlaced. */
function readPng(png: Uint8Array): Pixels {
  const file = Buffer.from(png);
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const depth = file[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = SIGNATURE_LENGTH; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") {
      parts.push(file.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  const filtered = inflateSync(Buffer.concat(parts));
  const stride = width * depth;
  const octets = new Uint8Array(height * stride);
  for (let row = 0; row < height; row++) {
    const filter = octet(filtered, row * (stride + 1));
    for (let column = 0; column < stride; column++) {
      const at = row * stride + column;
      const left = column < depth ? 0 : octet(octets, at - depth);
      const above = row === 0 ? 0 : octet(octets, at - stride);
      const corner = row === 0 || column < depth ? 0 : octet(octets, at - stride - depth);
      octets[at] = octet(filtered, at + row + 1) + predicted(filter, { left, above, corner });
    }
  }
  return { width, height, depth, octets };
}

interface Around {
  readonly left: number;
  readonly above: number;
  readonly corner: number;
}

/** RFC 2083 section 6. */
function predicted(filter: number, { left, above, corner }: Around): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const estimate = left + above - corner;
  const a = Math.abs(estimate - left);
  const b = Math.abs(estimate - above);
  const c = Math.abs(estimate - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function octet(octets: Uint8Array, at: number): number {
  return octets[at] ?? 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
