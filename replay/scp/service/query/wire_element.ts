/**
 * Elements of values that came over a wire: what its VR cannot hold is left out, and the element is
 * there with zero length.
 */
import type { ValueElement } from "../../../../src/dataset/element.ts";
import { type MakeOptions, makeElement, makeOctets } from "../../../../src/dataset/make_element.ts";

export function wireElement(
  tag: number,
  values: readonly string[],
  options: MakeOptions,
): ValueElement {
  try {
    return makeElement(tag, values, options);
  } catch (error) {
    if (error instanceof RangeError) return makeOctets(tag, new Uint8Array(0), options.vr);
    throw error;
  }
}
