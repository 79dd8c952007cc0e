/** What to type to do the same by hand. */
import type { VNode } from "preact";
import type { CommandsJson } from "../../api_types.ts";
import { apiPath } from "../api.ts";
import { html } from "../html.ts";
import { useResource } from "../resource.ts";
import { CopyButton } from "./copy_button.ts";
import { Dialog } from "./dialog.ts";
import { Failure, Loading } from "./states.ts";

interface CommandsDialogProps {
  /** Key of the association. */
  readonly of: string;
  /** Index of a request; all requests where there is none. */
  readonly message?: number;
  /** What the commands are of, where that is not plain. */
  readonly about?: string;
  readonly close: () => void;
}

export function CommandsDialog({ of: key, message, about, close }: CommandsDialogProps): VNode {
  const { data, error, reload } = useResource<CommandsJson>(apiPath("commands", { key, message }));
  return html`<${Dialog} title="Copy as command" close=${close} wide>
    ${about !== undefined && html`<p>${about}</p>`}
    ${error !== undefined && html`<${Failure} what="the commands" error=${error} again=${reload} />`}
    ${error === undefined && data === undefined && html`<${Loading} what="commands" />`}
    ${data?.commands.length === 0 && html`<p>There is no command that does the same.</p>`}
    ${
      data !== undefined &&
      html`<ul class="commands">
        ${data.commands.map(
          ({ program, text, note }) => html`<li key=${text}>
            <h3>${program}</h3>
            <pre tabindex="0">${text}</pre>
            <${CopyButton} text=${text} />
            ${note !== null && html`<p class="faint">${note}</p>`}
          </li>`,
        )}
      </ul>`
    }
  <//>`;
}
