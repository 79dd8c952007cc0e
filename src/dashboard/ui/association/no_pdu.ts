/** Where an association has no PDU to show. */
import type { VNode } from "preact";
import type { AssociationJson } from "../../../observe/summary.ts";
import { html } from "../html.ts";
import { Empty } from "../parts/states.ts";
import { noPduWords } from "./no_pdu_words.ts";

export function NoPdu({ association }: { readonly association: AssociationJson }): VNode {
  const { title, why } = noPduWords(association);
  return html`<${Empty} title=${title}><p>${why}</p><//>`;
}
