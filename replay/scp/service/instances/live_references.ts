/** Data sets of recorded answers made live: other instance UIDs, other states, nothing else. */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { elementByTag } from "../../../../src/dictionary/elements.ts";
import { type OtherUid, withOtherUids } from "../../other_uids.ts";
import type { LiveAnswer, LiveRequest } from "../../responder.ts";
import { textOf } from "../query/candidate.ts";
import { wireElement } from "../query/wire_element.ts";

/** Longer ones go out as recorded: they are no attribute lists. */
const MAX_REWRITTEN = 2 ** 20;

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

/** The answer with other UIDs; what is too long to be looked into goes out as it is. */
export function liveAnswer(answer: LiveAnswer, live: OtherUid): LiveAnswer {
  const dataSet = readAnswer(answer.dataSet);
  if (dataSet === undefined) return answer;
  const other = withOtherUids(dataSet, live);
  return other === dataSet ? answer : { ...answer, dataSet: other };
}

/** The answer with the live UIDs of recorded instances that have such. */
export function withKnownUids(
  answer: LiveAnswer,
  { server }: Pick<LiveRequest, "server">,
): LiveAnswer {
  return liveAnswer(answer, (uid) => server.instances.liveOf(uid));
}
