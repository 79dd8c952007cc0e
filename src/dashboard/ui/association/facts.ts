/** The two AEs side by side, and what passed between them. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import type { AssociationJson, UserInformationJson } from "../../../observe/summary.ts";
import type { Role } from "../../../role.ts";
import { formatCount, formatSize } from "../../../units.ts";
import { aeTitle, plural } from "../format.ts";
import { html } from "../html.ts";

export function Facts({ association }: { readonly association: AssociationJson }): VNode {
  const accepted = association.contexts.filter(({ result }) => result === 0).length;
  const refused = association.refused_contexts;
  const open = association.contexts.filter(({ result }) => result === null).length;
  return html`<div class="facts">
    <${Side} association=${association} role="requestor" />
    <${Side} association=${association} role="acceptor" />
    <dl class="fact_list">
      <div><dt>Messages</dt><dd>${formatCount(association.messages)}</dd></div>
      <div>
        <dt>Contexts</dt>
        <dd>
          ${open > 0 && html`${open} proposed, not answered${accepted + refused > 0 && ", "}`}
          ${(accepted > 0 || open === 0) && `${accepted} accepted`}${refused > 0 && html`, <b class="refused">${refused} refused</b>`}
        </dd>
      </div>
      ${association.gaps > 0 && html`<div><dt>Gaps</dt><dd>${plural(association.gaps, "gap")}</dd></div>`}
      ${
        association.protocol !== undefined &&
        html`<div><dt>Protocol</dt><dd>${escapeControls(association.protocol)}</dd></div>`
      }
    </dl>
  </div>`;
}

interface SideProps {
  readonly association: AssociationJson;
  readonly role: Role;
}

function Side({ association, role }: SideProps): VNode {
  const title = role === "requestor" ? association.calling_ae_title : association.called_ae_title;
  const user = association.user_information[role];
  const { bytes, pdus } = association;
  return html`<dl class=${`fact_list side ${role}`}>
    <div>
      <dt>${role}</dt>
      <dd><b class="mono">${escapeControls(aeTitle(title))}</b></dd>
    </div>
    <div><dt>Address</dt><dd class="mono">${escapeControls(association[role].address)}</dd></div>
    <div><dt>Sent</dt><dd>${formatSize(bytes[role])} in ${plural(pdus[role], "PDU")}</dd></div>
    <${Implementation} user=${user} />
  </dl>`;
}

function Implementation({ user }: { readonly user: UserInformationJson }): VNode | null {
  const name = user.implementation_version_name ?? user.implementation_class_uid;
  if (name === undefined) return null;
  return html`<div>
    <dt>Implementation</dt>
    <dd title=${user.implementation_class_uid}>${escapeControls(name)}</dd>
  </div>`;
}
