import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { describe, test } from "vitest";
import type { MessageDetailJson } from "../../src/dashboard/api_types.ts";
import { imageFacts } from "../../src/dashboard/image/image_facts.ts";
import { pixelDescription } from "../../src/dashboard/image/pixel_description.ts";
import { encodePng } from "../../src/dashboard/image/png.ts";
import { renderFrame } from "../../src/dashboard/image/render_frame.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import { makeElement } from "../../src/dataset/make_element.ts";
import { readPart10 } from "../../src/dataset/part10.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { IMPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { testDashboard } from "../support/dashboard.ts";
import { makeDatasetFiles, SYNTAXES, type SyntaxName } from "../support/dataset_files.ts";
import { partner } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import { type Content, dataSetOf } from "../support/service_data.ts";
import { storedCapture } from "../support/stored_capture.ts";

const dcm2pnm = partner("dcm2pnm", "dcmtk");
/** With decoders for JPEG and RLE, and for JPEG-LS. */
const RENDERERS: Partial<Record<SyntaxName, string>> = {
  rle: "dcmj2pnm",
  jpegBaseline: "dcmj2pnm",
  jpegLossless: "dcmj2pnm",
  jpegLs: "dcml2pnm",
};
const WINDOW = { center: 120, width: 200 };

interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green, blue. */
  readonly samples: number;
  readonly pixels: Uint8Array;
}

/** A PNG as this program writes it: 8 bits, no filter. */
function readPng(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const samples = png[25] === 2 ? 3 : 1;
  const data: Uint8Array[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    const type = Buffer.from(png.subarray(at + 4, at + 8)).toString();
    if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(data));
  const stride = width * samples;
  const pixels = new Uint8Array(height * stride);
  for (let row = 0; row < height; row++) {
    assert.equal(rows[row * (stride + 1)], 0);
    pixels.set(rows.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1)), row * stride);
  }
  return { width, height, samples, pixels };
}

/** One grey value a pixel. */
function greyOf({ samples, pixels }: Picture): Uint8Array {
  return samples === 1 ? pixels : pixels.filter((_, i) => i % 3 === 0);
}

/** The same picture as DCMTK renders it: PGM, 8 bits. */
async function reference(
  scope: Scope,
  { name, file }: { readonly name: SyntaxName; readonly file: string },
): Promise<Uint8Array> {
  const out = join(scope.tempDir(), "reference.pgm");
  const window = ["+Ww", String(WINDOW.center), String(WINDOW.width)];
  const { code, stderr } = await scope.run([
    RENDERERS[name] ?? "dcm2pnm",
    ...window,
    ...["+op", file, out],
  ]);
  assert.equal(code, 0, stderr);
  const bytes = readFileSync(out);
  const head = /^P5\s(?:#.*\s)*(\d+) (\d+)\s(\d+)\s/.exec(bytes.toString("latin1", 0, 200));
  return new Uint8Array(bytes.subarray(head?.[0].length ?? 0));
}

function greatestDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
}

describe("The image of a message", () => {
  test.skipIf(dcm2pnm === undefined)("is what DCMTK renders, in each transfer syntax", async () => {
    await inScope(async (scope) => {
      const { bySyntax } = await makeDatasetFiles(scope);
      const names = (Object.keys(SYNTAXES) as SyntaxName[]).filter((name) => name !== "deflated");
      const folder = scope.tempDir();
      const stored = names.map((name) => {
        const file = new Uint8Array(readFileSync(bySyntax[name]));
        const dataSet = file.subarray(readPart10(file).dataSetOffset);
        return { dataSet, transferSyntax: SYNTAXES[name].uid };
      });
      writeFileSync(join(folder, "images.dcap"), storedCapture(stored));
      const dashboard = await testDashboard({ places: [folder] });
      const told: string[] = [];
      for (const [i, name] of names.entries()) {
        const base = `/api/associations/images.dcap/1/messages/${2 * i}`;
        const { image } = await dashboard.json<MessageDetailJson>(base);
        assert.equal(image?.reason, null, name);
        assert.deepEqual([image?.rows, image?.columns, image?.frames], [128, 128, 1]);
        const query = `center=${WINDOW.center}&width=${WINDOW.width}`;
        const response = await dashboard.request(`${base}/image?${query}`);
        assert.equal(response.status, 200, name);
        assert.equal(response.headers.get("content-type"), "image/png");
        const picture = readPng(new Uint8Array(await response.arrayBuffer()));
        assert.deepEqual([picture.width, picture.height], [128, 128]);
        const expected = await reference(scope, { name, file: bySyntax[name] });
        const most = greatestDifference(greyOf(picture), expected);
        // decoders of JPEG baseline may round differently, which the window makes more of
        assert.ok(most <= (name === "jpegBaseline" ? 8 : 1), `${name}: ${most} levels`);
        told.push(`${name} ${most}`);
      }
      console.log(`images: greatest difference in levels: ${told.join(", ")}`);
    });
  });

  test("is refused in words where it cannot be shown", async () => {
    const { request } = await testDashboard({ places: ["test/captures/services"] });
    const ask = async (path: string) => {
      const response = await request(`/api/associations/study_1.dcap/${path}`);
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    assert.deepEqual(await ask("3/messages/0/image?frame=7"), [
      404,
      "There is no frame 7: the image has 1 frame, from 0 on",
    ]);
    assert.deepEqual(await ask("1/messages/0/image"), [
      415,
      "There are no Rows and Columns in this data set",
    ]);
  });
});

describe("The window of an image that has none", () => {
  test("begins with the values of its first frame", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const PixelData = new Uint8Array(2 * 64 * 64).fill(1).fill(9, 64 * 64);
      const dataSet = dataSetOf({ Rows: 64, Columns: 64, BitsAllocated: 16, PixelData });
      const stored = [{ dataSet, transferSyntax: IMPLICIT_LITTLE.uid }];
      writeFileSync(join(folder, "image.dcap"), storedCapture(stored));
      const { json } = await testDashboard({ places: [folder] });
      const path = "/api/associations/image.dcap/1/messages/0";
      const { image } = await json<MessageDetailJson>(path);
      const [low, high] = [0x0101, 0x0909];
      const width = high - low + 1;
      assert.deepEqual(image?.first_window, { center: low + width / 2, width });
      assert.deepEqual([image.center, image.width], [null, null]);
    });
  });
});

describe("imageFacts()", () => {
  const valuesOf = (content: Content) => {
    const octets = dataSetOf({ Rows: 1, Columns: 4, BitsAllocated: 16, ...content });
    const { dataSet } = readDataSet(octets, { syntax: IMPLICIT_LITTLE });
    const transferSyntax = IMPLICIT_LITTLE.uid;
    return imageFacts({ dataSet }, { transferSyntax, decodes: false, octets })?.values;
  };

  test("says which values grey pixels can have, so that a window can be set where none was recorded", () => {
    assert.deepEqual(valuesOf({ BitsStored: 12 }), { lowest: 0, highest: 4095 });
    const signed = { BitsStored: 12, PixelRepresentation: 1 };
    assert.deepEqual(valuesOf(signed), { lowest: -2048, highest: 2047 });
    const rescaled = { BitsStored: 8, RescaleSlope: "-2", RescaleIntercept: "10" };
    assert.deepEqual(valuesOf(rescaled), { lowest: -500, highest: 10 });
    assert.equal(valuesOf({ PhotometricInterpretation: "RGB" }), null);
  });

  test("begins with the window of the values that are there, also of a frame that is cut off", () => {
    const PixelData = new Uint8Array(Uint16Array.of(3, 100, 7, 9, 50, 60, 70, 400).buffer);
    const content = { Rows: 2, Columns: 4, BitsAllocated: 16, PixelData, RescaleIntercept: "-3" };
    const octets = dataSetOf(content);
    const { dataSet } = readDataSet(octets, { syntax: IMPLICIT_LITTLE });
    const windowOf = (some: Uint8Array) => {
      const options = { transferSyntax: IMPLICIT_LITTLE.uid, decodes: false, octets: some };
      return imageFacts({ dataSet }, options)?.first_window;
    };
    assert.deepEqual(windowOf(octets), { center: 199, width: 398 });
    assert.deepEqual(windowOf(octets.subarray(0, -1)), { center: 49, width: 98 }, "the first row");
    assert.equal(windowOf(octets.subarray(0, -9)), null);
  });

  test("says nothing where the numbers of the data set make no sense", () => {
    assert.equal(valuesOf({ RescaleSlope: "1e300" }), null);
    assert.deepEqual(valuesOf({ BitsStored: 65_535 }), { lowest: 0, highest: 65_535 });
  });
});

describe("renderFrame()", () => {
  const describe8 = (more: readonly (readonly [number, string, string | number])[]) => {
    const elements = [
      [0x00280010, "US", 1] as const,
      [0x00280011, "US", 4] as const,
      [0x00280100, "US", 8] as const,
      ...more,
    ].map(([tag, vr, value]) => makeElement(tag, [value as never], { vr }));
    elements.sort((a, b) => a.tag - b.tag);
    const described = pixelDescription(new DataSet(elements));
    assert.ok(described !== undefined);
    return described;
  };
  const octets = Uint8Array.of(0, 85, 170, 255);
  const pixels = (...args: Parameters<typeof renderFrame>) => [...renderFrame(...args).pixels];

  test("stretches the values of a frame without a window", () => {
    assert.deepEqual(pixels(describe8([]), { octets, bigEndian: false }), [0, 85, 170, 255]);
  });

  test("turns MONOCHROME1 round, applies the window and the rescale values", () => {
    const inverse = describe8([[0x00280004, "CS", "MONOCHROME1"]]);
    assert.deepEqual(pixels(inverse, { octets, bigEndian: false }), [255, 170, 85, 0]);
    const window = { center: 128, width: 1 };
    assert.deepEqual(pixels(describe8([]), { octets, bigEndian: false, window }), [0, 0, 255, 255]);
    const rescaled = describe8([
      [0x00281052, "DS", "-1000"],
      [0x00281053, "DS", "10"],
    ]);
    const wide = { center: 275.5, width: 2551 };
    const shown = pixels(rescaled, { octets, bigEndian: false, window: wide });
    assert.deepEqual(shown, [0, 85, 170, 255]);
  });

  test("reads signed values, and what is cut off is dark", () => {
    const signed = describe8([[0x00280103, "US", 1]]);
    const window = { center: 0, width: 257 };
    assert.deepEqual(
      pixels(signed, { octets: Uint8Array.of(0x80, 0, 0x7f), bigEndian: false, window }).map(
        (level) => Math.round(level / 32),
      ),
      [0, 4, 8, 4],
    );
  });

  test("shows colour by pixel and by plane alike", () => {
    const rgb = [
      [0x00280002, "US", 3],
      [0x00280004, "CS", "RGB"],
    ] as const;
    const byPixel = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const byPlane = Uint8Array.of(1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12);
    const planar = describe8([...rgb, [0x00280006, "US", 1]]);
    const frame = renderFrame(describe8(rgb), { octets: byPixel, bigEndian: false });
    assert.deepEqual(frame.pixels, byPixel);
    assert.deepEqual(renderFrame(planar, { octets: byPlane, bigEndian: false }).pixels, byPixel);
    assert.deepEqual(readPng(encodePng(frame)), {
      width: 4,
      height: 1,
      samples: 3,
      pixels: byPixel,
    });
  });
});
