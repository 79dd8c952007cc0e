/** What was proposed, what became of it and why; and what the AEs said of themselves. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { uidName } from "../../../dictionary/uids.ts";
import { escapeControls } from "../../../escape.ts";
import type { ContextJson, UserInformationJson } from "../../../observe/summary.ts";
import { formatCount } from "../../../units.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import { Empty } from "../parts/states.ts";
import type { PanelProps } from "./association_page.ts";
import { contextName, isRefused } from "./context_words.ts";

type Show = "all" | "used" | "refused";

export function ContextsPanel({ detail }: PanelProps): VNode {
  const { contexts, user_information: user } = detail.association;
  const [show, setShow] = useState<Show>("all");
  const counts: Readonly<Record<Show, number>> = {
    all: contexts.length,
    used: contexts.filter(({ messages }) => messages > 0).length,
    refused: contexts.filter(isRefused).length,
  };
  if (contexts.length === 0) {
    return html`<${Empty} title="No presentation context was proposed" />`;
  }
  const shown = contexts.filter(
    (context) => show === "all" || (show === "used" ? context.messages > 0 : isRefused(context)),
  );
  return html`<div class="contexts panel">
    <div class="choices" role="group" aria-label="Which contexts">
      ${(["all", "used", "refused"] as const).map(
        (name) => html`<button
          key=${name}
          type="button"
          aria-pressed=${show === name}
          onClick=${() => setShow(name)}
        >
          ${name} <span class="tab_count">${counts[name]}</span>
        </button>`,
      )}
    </div>
    <div class="scroll_x" tabindex="0" role="region" aria-label="Presentation contexts">
      <table class="context_table stacked">
        <thead>
          <tr>
            <th scope="col" class="right">ID</th>
            <th scope="col">Abstract syntax</th>
            <th scope="col">Proposed transfer syntaxes</th>
            <th scope="col">Answer</th>
            <th scope="col" class="right">Messages</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((context) => html`<${ContextRow} key=${context.id} context=${context} />`)}
        </tbody>
      </table>
    </div>
    <h2>User information</h2>
    <${UserInformation} user=${user} />
  </div>`;
}

function ContextRow({ context }: { readonly context: ContextJson }): VNode {
  const { id, abstract_syntax, transfer_syntaxes, accepted_transfer_syntax, messages } = context;
  const name = contextName(context);
  return html`<tr>
    <td class="right mono" data-label="ID">${id}</td>
    <td data-label="Abstract syntax">
      ${escapeControls(name === "" ? "not proposed" : name)}
      <code class="uid">${escapeControls(abstract_syntax ?? "")}</code>
    </td>
    <td data-label="Proposed">
      <ul>
        ${transfer_syntaxes.map(
          (uid, index) => html`<li
            key=${index}
            class=${classes(uid === accepted_transfer_syntax && "accepted_syntax")}
            title=${uid}
          >
            ${escapeControls(uidName(uid))}
          </li>`,
        )}
      </ul>
    </td>
    <td data-label="Answer"><${Answer} context=${context} /></td>
    <td class="right" data-label="Messages">${formatCount(messages)}</td>
  </tr>`;
}

function Answer({ context }: { readonly context: ContextJson }): VNode {
  const { result, explanation, accepted_transfer_syntax, transfer_syntaxes } = context;
  if (result === null) return html`<${Mark} tone="calm" word="not answered" />`;
  if (result === 0) {
    const marked = transfer_syntaxes.includes(accepted_transfer_syntax ?? "");
    return html`<${Mark} tone="good" word="accepted" />
      ${!marked && html`<div>${escapeControls(uidName(accepted_transfer_syntax ?? ""))}, which was not proposed</div>`}`;
  }
  return html`<${Mark} tone="bad" word="refused" />
    <div>${escapeControls(explanation ?? `result ${result}`)}</div>`;
}

type UserSides = PanelProps["detail"]["association"]["user_information"];

function UserInformation({ user }: { readonly user: UserSides }): VNode {
  return html`<div class="scroll_x" tabindex="0" role="region" aria-label="User information">
    <table class="stacked">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col" class="requestor">requestor</th>
          <th scope="col" class="acceptor">acceptor</th>
        </tr>
      </thead>
      <tbody>
        ${ITEMS.map(([word, read]) => {
          const [ours, theirs] = [read(user.requestor), read(user.acceptor)];
          if (ours === undefined && theirs === undefined) return null;
          return html`<tr key=${word}>
            <th scope="row">${word}</th>
            <td class="wrap" data-label="requestor">${escapeControls(ours ?? "-")}</td>
            <td class="wrap" data-label="acceptor">${escapeControls(theirs ?? "-")}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** PS3.7 Annex D.3.3 and PS3.8 Annex D.1, in the order of their item types. */
const ITEMS: readonly (readonly [string, (user: UserInformationJson) => string | undefined])[] = [
  [
    "Maximum length received",
    ({ maximum_length: length }) =>
      length === undefined ? undefined : length === 0 ? "unlimited" : formatCount(length),
  ],
  ["Implementation class UID", (user) => user.implementation_class_uid],
  ["Implementation version name", (user) => user.implementation_version_name],
  [
    "Asynchronous operations window",
    ({ asynchronous_operations_window: window }) =>
      window &&
      `${window.invoked || "unlimited"} invoked, ${window.performed || "unlimited"} performed`,
  ],
  [
    "SCP/SCU role selections",
    ({ role_selections: roles }) =>
      roles &&
      `${plural(roles.length, "SOP class", "SOP classes")}: ${roles.slice(0, 3).map(roleText).join(", ")}`,
  ],
  [
    "Extended negotiations",
    ({ extended_negotiations: items }) =>
      items?.map((item) => `${uidName(item.sop_class_uid)}: ${item.information}`).join(", "),
  ],
  [
    "User identity",
    ({ user_identity: identity }) =>
      identity &&
      `type ${identity.type}${identity.username === undefined ? "" : `, ${identity.username}`}, secrets not shown`,
  ],
];

function roleText(role: NonNullable<UserInformationJson["role_selections"]>[number]): string {
  return `${uidName(role.sop_class_uid)} as SCU ${role.scu_role} SCP ${role.scp_role}`;
}
