/** Random data sets for properties: every VR, nested, with defined and undefined lengths. */
import fc from "fast-check";
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { VALUE_REPRESENTATIONS } from "../../src/dataset/vr.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";

/** Tags of PS3.6 for a VR, so that Implicit VR finds the VR again. */
const TAGS: readonly (readonly [number, string])[] = [
  0x00080054, 0x00101010, 0x00280009, 0x00080060, 0x00100030, 0x00101030, 0x0008002a, 0x00186020,
  0x00189073, 0x00200013, 0x00081030, 0x00104000, 0x00420011, 0x0070150d, 0x00660016, 0x00660040,
  0x7fe00001, 0x00660023, 0x00100010, 0x00080050, 0x00186020, 0x00080081, 0x00280100, 0x0018106e,
  0x00281052, 0x0008030f, 0x00080119, 0x00080018, 0x00080120, 0x0018100b, 0x00189004, 0x00189810,
  0x00289002, 0x00080030, 0x00209057, 0x0040a170, 0x00189809,
].flatMap((tag) => {
  const vr = elementByTag(tag)?.vr ?? "";
  return VALUE_REPRESENTATIONS.some((one) => one.vr === vr && vr !== "SQ")
    ? [[tag, vr] as const]
    : [];
});

const SEQUENCES = [0x00081110, 0x00081199, 0x0040a730, 0x00081140];

const value: fc.Arbitrary<DataElement> = fc
  .tuple(fc.constantFrom(...TAGS), fc.uint8Array({ maxLength: 6 }), fc.boolean())
  .map(([[tag, vr], bytes, bigEndian]) => {
    const unit = VALUE_REPRESENTATIONS.find((one) => one.vr === vr)?.unit ?? 1;
    const whole = new Uint8Array(Math.max(unit, 2) * bytes.length).fill(0x20);
    for (const [at, octet] of bytes.entries()) whole.fill(octet, at * unit, (at + 1) * unit);
    return {
      kind: "value" as const,
      tag,
      vr,
      offset: 0,
      bytes: whole,
      bigEndian: bigEndian && unit > 1,
    };
  });

const { dataSet } = fc.letrec<{ dataSet: DataSet; element: DataElement; sequence: DataElement }>(
  (tie) => ({
    element: fc.oneof({ maxDepth: 3, depthSize: "small" }, value, tie("sequence")),
    sequence: fc
      .tuple(
        fc.constantFrom(...SEQUENCES),
        fc.array(tie("dataSet"), { maxLength: 3 }),
        fc.boolean(),
      )
      .map(([tag, items, undefinedLength]) => {
        return { kind: "sequence" as const, tag, vr: "SQ", offset: 0, items, undefinedLength };
      }),
    dataSet: fc
      .tuple(fc.array(tie("element"), { maxLength: 8 }), fc.boolean())
      .map(([elements, undefinedLength]) => new DataSet(ascending(elements), { undefinedLength })),
  }),
);

/** A conformant writer's order, each tag once (PS3.5 7.1). */
function ascending(elements: readonly DataElement[]): DataElement[] {
  const byTag = new Map(elements.map((element) => [element.tag, element]));
  return [...byTag.values()].sort((a, b) => a.tag - b.tag);
}

export const arbitraryDataSet: fc.Arbitrary<DataSet> = dataSet;
