/**
 * Which fragments of encapsulated pixel data make which frame (PS3.5 A.4): by the Extended Offset
 * Table, by the Basic Offset Table, or by counting. The tables are checked, not believed.
 */
import type { DataSet } from "./data_set.ts";
import type { Fragment, FragmentsElement } from "./element.ts";
import { elementNumbers } from "./element_value.ts";
import { type DataSetFinding, dataSetFinding } from "./finding.ts";
import { printTag } from "./tag.ts";

export interface Frames {
  /** Fragments of each frame; undefined where nothing says which belong together. */
  readonly frames: readonly (readonly Fragment[])[] | undefined;
  readonly findings: readonly DataSetFinding[];
}

const EXTENDED_OFFSET_TABLE = 0x7fe00001;
/** Tag and length before the octets of a fragment. */
const ITEM_HEAD = 8;

export function framesOf(element: FragmentsElement, dataSet: DataSet): Frames {
  const fragments = element.fragments.slice(1); // the first item is the Basic Offset Table
  const count = dataSet.number("NumberOfFrames") ?? 1;
  const findings: DataSetFinding[] = [];
  const tell = (text: string): void => {
    findings.push(
      dataSetFinding("data-set-offset-table", {
        text,
        path: printTag(element.tag),
        offset: element.offset,
      }),
    );
  };
  const extended = dataSet.element(EXTENDED_OFFSET_TABLE);
  const [offsets, name] =
    extended?.kind === "value"
      ? [elementNumbers({ ...extended, vr: "UV" }).map(Number), "Extended Offset Table"]
      : [basicOffsets(element, tell), "Basic Offset Table"];
  if (offsets.length > 0) {
    if (offsets.length !== count) {
      tell(`the ${name} has ${offsets.length} entries for ${count} frames`);
    }
    const frames = byOffsets(fragments, offsets);
    if (frames !== undefined) return { frames, findings };
    tell(`an entry of the ${name} is not the start of a fragment`);
  }
  if (count === 1) return { frames: [fragments], findings };
  const each = fragments.length === count ? fragments.map((fragment) => [fragment]) : undefined;
  return { frames: each, findings };
}

function basicOffsets(element: FragmentsElement, tell: (text: string) => void): number[] {
  const table = element.offsetTable ?? new Uint8Array(0);
  if (table.length % 4 !== 0) {
    tell(`the Basic Offset Table has ${table.length} octets, not a multiple of 4`);
  }
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  return Array.from({ length: table.length >> 2 }, (_, at) => view.getUint32(at * 4, true));
}

/** A frame begins at each offset, counted from the head of the first fragment (A.4). */
function byOffsets(
  fragments: readonly Fragment[],
  offsets: readonly number[],
): Fragment[][] | undefined {
  const first = (fragments[0]?.offset ?? ITEM_HEAD) - ITEM_HEAD;
  const starts = new Set(offsets);
  const frames: Fragment[][] = [];
  for (const fragment of fragments) {
    if (starts.delete(fragment.offset - ITEM_HEAD - first)) frames.push([]);
    const frame = frames.at(-1);
    if (frame === undefined) return undefined;
    frame.push(fragment);
  }
  return starts.size === 0 ? frames : undefined;
}
