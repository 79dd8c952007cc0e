/** Where an association has no PDU to show: that nothing passed, or nothing that is DICOM. */
import type { VNode } from "preact";
import type { AssociationJson } from "../../../observe/summary.ts";
import { html } from "../html.ts";
import { Empty } from "../parts/states.ts";

export function NoPdu({ association }: { readonly association: AssociationJson }): VNode {
  const { requestor, acceptor } = association.bytes;
  return html`<${Empty} title="No PDU passed">
    <p>
      ${requestor + acceptor === 0 ? "Neither AE sent anything." : "Nothing of this association was DICOM."}
    </p>
  <//>`;
}
