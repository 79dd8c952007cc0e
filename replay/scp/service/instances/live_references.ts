/** Data sets of recorded answers made live: other instance UIDs, other states, nothing else. */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { elementStrings } from "../../../../src/dataset/element_value.ts";
import { elementByTag } from "../../../../src/dictionary/elements.ts";
import type { LiveAnswer, LiveRequest } from "../../responder.ts";
import { textOf } from "../query/candidate.ts";
import { wireElement } from "../query/wire_element.ts";

/** Longer ones go out as recorded: they are no attribute lists. */
const MAX_REWRITTEN = 2 ** 20;
const MAX_DEPTH = 16;

export function elementText(dataSet: DataSet, tag: number): string | undefined {
  return textOf(dataSet, tag)?.trim();
}

/** The data set read; undefined where there is none that can be looked into. */
export function readAnswer(dataSet: LiveAnswer["dataSet"]): DataSet | undefined {
  if (dataSet === undefined || dataSet instanceof DataSet) return dataSet;
  return dataSet.complete && dataSet.length <= MAX_REWRITTEN ? dataSet.read() : undefined;
}

/** The answer with another text in an element that it has; as it is where it has none. */
export function withText(
  answer: LiveAnswer,
  { tag, text }: { readonly tag: number; readonly text: string },
): LiveAnswer {
  const dataSet = readAnswer(answer.dataSet);
  if (dataSet?.has(tag) !== true || elementText(dataSet, tag) === text) return answer;
  const vr = elementByTag(tag)?.vr ?? "CS";
  return { ...answer, dataSet: withElements(dataSet, [wireElement(tag, [text], { vr })]) };
}

/** Elements put in the place of those of the same tag, or added. */
export function withElements(dataSet: DataSet, elements: readonly DataElement[]): DataSet {
  const byTag = new Map(dataSet.elements.map((element) => [element.tag, element]));
  for (const element of elements) byTag.set(element.tag, element);
  return new DataSet([...byTag.values()].sort((a, b) => a.tag - b.tag));
}

/**
 * Every UID of an instance put through `live`; undefined from it leaves the UID as it is. At any
 * depth; what PS3.6 defines itself (1.2.840.10008...) is nobody's instance.
 */
export function withLiveUids(
  dataSet: DataSet,
  live: (uid: string, tag: number) => string | undefined,
): DataSet {
  return replaced(dataSet, { live, depth: 0 });
}

/** The answer with the live UIDs of recorded instances that have such. */
export function withKnownUids(
  answer: LiveAnswer,
  { server }: Pick<LiveRequest, "server">,
): LiveAnswer {
  const dataSet = readAnswer(answer.dataSet);
  if (dataSet === undefined) return answer;
  const live = withLiveUids(dataSet, (uid) => server.instances.liveOf(uid));
  return live === dataSet ? answer : { ...answer, dataSet: live };
}

interface Replacing {
  readonly live: (uid: string, tag: number) => string | undefined;
  readonly depth: number;
}

function replaced(dataSet: DataSet, { live, depth }: Replacing): DataSet {
  let isChanged = false;
  const elements = dataSet.elements.map((element): DataElement => {
    if (element.kind === "sequence" && depth < MAX_DEPTH) {
      const items = element.items.map((item) => replaced(item, { live, depth: depth + 1 }));
      if (items.every((item, at) => item === element.items[at])) return element;
      isChanged = true;
      return { ...element, items };
    }
    if (element.kind !== "value" || element.vr !== "UI") return element;
    const uids = elementStrings(element, dataSet.characterSet);
    const others = uids.map((uid) => (isInstance(uid) ? (live(uid, element.tag) ?? uid) : uid));
    if (others.every((uid, at) => uid === uids[at])) return element;
    isChanged = true;
    return wireElement(element.tag, others, { vr: "UI" });
  });
  if (!isChanged) return dataSet;
  return new DataSet(elements, { outer: dataSet, undefinedLength: dataSet.undefinedLength });
}

function isInstance(uid: string): boolean {
  return uid !== "" && !uid.startsWith("1.2.840.10008.");
}
