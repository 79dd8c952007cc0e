/**
 * What a printer answers to the N-CREATE of a film box: the attributes with the values that it uses,
 * and the image and annotation boxes that it made (PS3.4 H.4.2.2.1).
 *
 * Rule: as many image boxes as the live Image Display Format has, whatever the recording had, all
 * with new UIDs; attributes that the live request gives are those of the request.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import { makeSequence } from "../../../../src/dataset/make_element.ts";
import {
  COLOR_IMAGE_BOX,
  GRAYSCALE_IMAGE_BOX,
} from "../../../../src/observe/service/print_attributes.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { LiveAnswer } from "../../responder.ts";
import { findElement, itemsOf, textOf } from "../query/candidate.ts";
import { wireElement } from "../query/wire_element.ts";
import { imageBoxes } from "./image_display_format.ts";
import { readAnswer, withElements } from "./live_references.ts";
import type { Granted } from "./service_rules.ts";

export interface Box {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** Image boxes, then annotation boxes. */
export function boxesOf(answer: DataSet): readonly Box[] {
  return [...referenced(answer, IMAGE_BOXES), ...referenced(answer, ANNOTATION_BOXES)];
}

export function filmBoxAnswer({ request, dataSet, answer }: Granted): LiveAnswer {
  const recorded = readAnswer(answer.dataSet) ?? new DataSet([]);
  const { instances } = request.server;
  const recordedImages = referenced(recorded, IMAGE_BOXES);
  const format = imageBoxes(dataSet.text(IMAGE_DISPLAY_FORMAT) ?? "");
  const count = typeof format === "number" ? format : Math.max(1, recordedImages.length);
  const imageClass =
    request.context.abstractSyntax === COLOR_PRINT ? COLOR_IMAGE_BOX : GRAYSCALE_IMAGE_BOX;
  const make = (sopClassUid: string, recordedUid: string | undefined): Box => {
    const sopInstanceUid = freshUid();
    if (recordedUid !== undefined) instances.learn(recordedUid, sopInstanceUid);
    return { sopClassUid, sopInstanceUid };
  };
  const images = Array.from({ length: count }, (_, at) => {
    return make(recordedImages[at]?.sopClassUid ?? imageClass, recordedImages[at]?.sopInstanceUid);
  });
  const annotations = referenced(recorded, ANNOTATION_BOXES).map((box) => {
    return make(box.sopClassUid, box.sopInstanceUid);
  });
  // What a printer gives back of the request is what the live request asked for.
  const given = dataSet.elements.filter(({ tag }) => {
    return !BOXES.has(tag) && (recorded.elements.length === 0 || recorded.has(tag));
  });
  const made = withElements(recorded, [
    ...given,
    makeSequence(IMAGE_BOXES, images.map(referenceTo)),
    ...(annotations.length > 0
      ? [makeSequence(ANNOTATION_BOXES, annotations.map(referenceTo))]
      : []),
  ]);
  return { ...answer, dataSet: made };
}

function referenced(dataSet: DataSet, tag: number): readonly Box[] {
  return itemsOf(findElement(dataSet, tag)).flatMap((item) => {
    const sopClassUid = textOf(item, REFERENCED_SOP_CLASS_UID);
    const sopInstanceUid = textOf(item, REFERENCED_SOP_INSTANCE_UID);
    if (sopClassUid === undefined || sopInstanceUid === undefined) return [];
    return [{ sopClassUid, sopInstanceUid }];
  });
}

function referenceTo({ sopClassUid, sopInstanceUid }: Box): DataSet {
  return new DataSet([
    wireElement(REFERENCED_SOP_CLASS_UID, [sopClassUid], { vr: "UI" }),
    wireElement(REFERENCED_SOP_INSTANCE_UID, [sopInstanceUid], { vr: "UI" }),
  ]);
}

export const IMAGE_DISPLAY_FORMAT = 0x20100010;
const IMAGE_BOXES = 0x20100510;
const ANNOTATION_BOXES = 0x20100520;
const BOXES: ReadonlySet<number> = new Set([IMAGE_BOXES, ANNOTATION_BOXES]);
const REFERENCED_SOP_CLASS_UID = 0x00081150;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
/** Basic Color Print Management Meta SOP Class (PS3.4 H.3.2.2.2). */
const COLOR_PRINT = "1.2.840.10008.5.1.1.18";
