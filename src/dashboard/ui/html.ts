/**
 * Templates of the page: `htm` on Preact's `h`, in plain TypeScript.
 *
 * Rule: text from the wire is only ever a child or a plain attribute of a template, so it stays text.
 * Nothing here takes markup from a string, and no attribute `style` is written (the policy of the
 * page allows neither).
 */
import htm from "htm";
import { h, type VNode } from "preact";

export const html = htm.bind(h) as (
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
) => VNode;

/** What a template may hold as a child. */
export type Child = VNode | string | number | null | undefined | false | readonly Child[];

/** Class names of which some apply: `classes("row", selected && "selected")`. */
export function classes(...names: readonly (string | false | undefined | null)[]): string {
  return names.filter((name) => typeof name === "string" && name !== "").join(" ");
}
