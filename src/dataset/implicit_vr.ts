/**
 * The VR of an element that comes without one (PS3.5 7.1.3): by the dictionary, by the private
 * creator, and where PS3.6 leaves a choice, by A.1 and Pixel Representation.
 */
import { elementByTag } from "../dictionary/elements.ts";
import { privateElement } from "../dictionary/private_elements.ts";
import type { Level } from "./level.ts";
import { creatorTag, isPrivate, isPrivateCreator } from "./tag.ts";

export function implicitVr(tag: number, level: Level): string {
  const entry = elementByTag(tag);
  if (entry !== undefined) return chosen(entry.vr, level);
  if ((tag & 0xffff) === 0) return "UL"; // group length, retired (7.2)
  if (!isPrivate(tag)) return "UN";
  if (isPrivateCreator(tag)) return "LO";
  const creator = level.creators?.get(creatorTag(tag));
  const vendor = creator === undefined ? undefined : privateElement(tag, creator);
  return vendor === undefined ? "UN" : chosen(vendor.vr, level);
}

/** One VR of a choice as PS3.6 prints it. */
function chosen(vr: string, level: Level): string {
  switch (vr) {
    case "OB/OW":
      return "OW"; // A.1: in Implicit VR always OW
    case "US/SS":
      return level.signed ? "SS" : "US";
    case "US/OW":
      return "OW"; // LUT Data: A.1
    default:
      return vr;
  }
}
