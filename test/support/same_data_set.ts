/** Compares two data sets by what they mean: elements, values in little endian order, items. */
import { swapped } from "../../src/dataset/byte_order.ts";
import type { DataSet } from "../../src/dataset/data_set.ts";
import { hexTag } from "../../src/dataset/tag.ts";
import { hex } from "./data_set_bytes.ts";

/** One line an element. Without VRs, which Implicit VR does not keep, where `vrs` is false. */
export function meaning(dataSet: DataSet, vrs = true): string[] {
  const lines: string[] = [];
  for (const element of dataSet.elements) {
    const tag = hexTag(element.tag);
    const head = vrs ? `${tag} ${element.vr}` : tag;
    switch (element.kind) {
      case "value": {
        const little = element.bigEndian ? swapped(element.bytes, element.vr) : element.bytes;
        lines.push(`${head} ${hex(little)}`);
        break;
      }
      case "sequence":
        lines.push(`${tag} sequence${element.undefinedLength ? " undefined" : ""}`);
        for (const item of element.items) {
          lines.push(`item${item.undefinedLength ? " undefined" : ""}`);
          lines.push(...meaning(item, vrs).map((line) => `  ${line}`));
        }
        break;
      case "bulk":
        lines.push(`${head} bulk ${element.length}`);
        break;
      case "fragments":
        lines.push(`${head} fragments ${element.fragments.map(({ length }) => length).join(" ")}`);
        break;
      default:
        element satisfies never;
    }
  }
  return lines;
}
