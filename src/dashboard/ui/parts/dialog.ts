/** A dialog of the browser's own: it keeps the focus inside, closes with Esc, and gives it back. */
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Child, html } from "../html.ts";
import { Icon } from "./icon.ts";

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children?: Child;
  readonly wide?: boolean;
}

export function Dialog({ title, close, children, wide }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog
    ref=${dialog}
    class=${wide === true ? "wide" : ""}
    aria-label=${title}
    onClose=${close}
    onClick=${outside}
  >
    <div class="dialog_body">
      <header>
        <h2>${title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick=${close}>
          <${Icon} name="close" />
        </button>
      </header>
      ${children}
    </div>
  </dialog>`;
}
