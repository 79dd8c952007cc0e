/**
 * Pictures of nobody: slices of a head of ellipsoids after Shepp and Logan (1974) for a CT, and a
 * fan with a bright spot for an ultrasound machine.
 */

/** Centre, half axes (x, y, z), turn in degrees, and what it adds to the density. */
type Ellipsoid = readonly [
  x: number,
  y: number,
  z: number,
  a: number,
  b: number,
  c: number,
  turn: number,
  density: number,
];

const HEAD: readonly Ellipsoid[] = [
  [0, 0, 0, 0.69, 0.92, 0.9, 0, 1],
  [0, -0.0184, 0, 0.6624, 0.874, 0.88, 0, -0.78],
  [0.22, 0, 0, 0.11, 0.31, 0.22, -18, -0.12],
  [-0.22, 0, 0, 0.16, 0.41, 0.28, 18, -0.12],
  [0, 0.35, -0.15, 0.21, 0.25, 0.41, 0, 0.1],
  [0, 0.1, 0.25, 0.046, 0.046, 0.05, 0, 0.1],
  [0, -0.1, 0.25, 0.046, 0.046, 0.05, 0, 0.1],
  [-0.08, -0.605, 0, 0.046, 0.023, 0.05, 0, 0.1],
  [0.06, -0.605, 0, 0.046, 0.023, 0.05, 90, 0.1],
  [0, -0.605, 0, 0.023, 0.023, 0.02, 0, 0.1],
];

/** 16 bits a pixel, 12 of them used: rescaled with intercept -1024 these are Hounsfield units. */
export function headSlice(size: number, height: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 2);
  const view = new DataView(pixels.buffer);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (2 * column) / (size - 1) - 1;
      const y = 1 - (2 * row) / (size - 1);
      const density = HEAD.reduce((sum, one) => sum + densityAt(one, { x, y, z: height }), 0);
      view.setUint16(2 * (row * size + column), pixelOf(density), true);
    }
  }
  return pixels;
}

/** Air outside; inside so that what is 0.22 dense, most of the head, is 40 Hounsfield units. */
function pixelOf(density: number): number {
  return density < 0.01 ? 0 : Math.round(624 + density * 2_000);
}

function densityAt(
  [x0, y0, z0, a, b, c, turn, density]: Ellipsoid,
  { x, y, z }: { readonly x: number; readonly y: number; readonly z: number },
): number {
  const angle = (turn * Math.PI) / 180;
  const u = (x - x0) * Math.cos(angle) + (y - y0) * Math.sin(angle);
  const v = (y - y0) * Math.cos(angle) - (x - x0) * Math.sin(angle);
  return (u / a) ** 2 + (v / b) ** 2 + ((z - z0) / c) ** 2 <= 1 ? density : 0;
}

/** Red, green and blue, 8 bits each, pixel by pixel. */
export function fan(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = column - width / 2;
      const depth = Math.hypot(x, row + height / 8) / height;
      if (depth < 0.22 || depth > 1.05 || Math.abs(Math.atan2(x, row + height / 8)) > 0.62)
        continue;
      const grey = Math.round(170 * speckle(row, column) * (1.2 - depth));
      const flow = Math.hypot(x - width / 9, row - height / 2) < height / 9;
      const at = 3 * (row * width + column);
      pixels[at] = flow ? 190 : grey;
      pixels[at + 1] = flow ? 40 + grey / 3 : grey;
      pixels[at + 2] = flow ? 30 : grey;
    }
  }
  return pixels;
}

/** Grain, between 0.3 and 1, the same each time. */
function speckle(row: number, column: number): number {
  const mixed = Math.imul(Math.imul(row, 73_856_093) ^ Math.imul(column, 19_349_663), 83_492_791);
  return 0.3 + (0.7 * ((mixed >>> 16) & 0xff)) / 255;
}
