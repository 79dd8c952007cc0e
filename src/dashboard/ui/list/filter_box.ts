/**
 * The filter: a field with completion, help and errors in place, for the filter language of the
 * command line. The server judges it, so that there is one reading of the language.
 */
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FilterCompletion, FilterJson } from "../../api_types.ts";
import { apiPath } from "../api.ts";
import { html } from "../html.ts";
import { navigate } from "../navigate.ts";
import { Icon } from "../parts/icon.ts";
import { useResource } from "../resource.ts";
import type { FilteredRoute } from "../route.ts";
import { FilterError } from "./filter_error.ts";
import { FilterHelp } from "./filter_help.ts";

/** A filter is taken so long after the last key. */
const PAUSE_MS = 250;

interface FilterBoxProps {
  /** The view that is filtered. */
  readonly route: FilteredRoute;
}

export function FilterBox({ route }: FilterBoxProps): VNode {
  const { filter } = route;
  const taken = useRef(filter);
  const take = (next: string) => {
    taken.current = next.trim();
    navigate({ ...route, filter: next.trim() }, { replace: true });
  };
  const [text, setText] = useState(filter);
  const [open, setOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  // One that was taken from here stays as it is being typed: with the space at its end, and with what
  // was typed since.
  useLayoutEffect(() => {
    if (filter !== taken.current) setText(filter);
    taken.current = filter;
  }, [filter]);
  const judged = useResource<FilterJson>(apiPath("filter", { text: text === "" ? " " : text }), {
    keep: true,
  });
  const verdict = judged.data;
  const ready = !judged.loading && verdict !== undefined;
  useEffect(() => {
    if (!ready || !verdict.ok || text.trim() === filter) return undefined;
    const timer = setTimeout(() => take(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filter, route.page, ready, verdict]);

  const completions = open && ready ? verdict.completions.slice(0, 12) : [];
  const complete = ({ insert, from, to }: FilterCompletion) => {
    setText(text.slice(0, from) + insert + text.slice(to));
    setChosen(-1);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = completions.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      setChosen(
        count === 0
          ? -1
          : (chosen + by + count + 1) % (count + 1) === count
            ? -1
            : (chosen + by + count) % count,
      );
    } else if (event.key === "Enter" || (event.key === "Tab" && chosen >= 0)) {
      const completion = completions[chosen];
      event.preventDefault();
      if (completion !== undefined) complete(completion);
      else if (verdict?.ok === true) {
        take(text);
        setOpen(false);
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (open && count > 0) setOpen(false);
      else if (text !== "") {
        setText("");
        take("");
      } else input.current?.blur();
    }
  };
  // While something fits that is being typed, it is not wrong but unfinished.
  const unfinished = completions.length > 0;
  const wrong = ready && !verdict.ok && !unfinished && text.trim() !== "" ? verdict.error : null;
  return html`<search class="filter">
    <div class=${wrong === null ? "filter_field" : "filter_field wrong"}>
      <${Icon} name="search" />
      <input
        ref=${input}
        id="filter"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck=${false}
        placeholder="Filter: an AE title, ~rj, ~m C-STORE, ~dur >2s"
        aria-label="Filter"
        aria-expanded=${completions.length > 0}
        aria-controls="filter_completions"
        aria-autocomplete="list"
        aria-activedescendant=${chosen >= 0 ? `completion_${chosen}` : undefined}
        aria-invalid=${wrong !== null}
        aria-describedby="filter_error"
        value=${text}
        onInput=${(event: InputEvent) => {
          setText((event.currentTarget as HTMLInputElement).value);
          setChosen(-1);
          setOpen(true);
        }}
        onFocus=${() => setOpen(true)}
        onBlur=${() => setOpen(false)}
        onKeyDown=${onKeyDown}
      />
      ${
        text !== "" &&
        html`<button
          type="button"
          class="quiet"
          aria-label="Clear the filter"
          onClick=${() => {
            setText("");
            take("");
          }}
        >
          <${Icon} name="close" />
        </button>`
      }
      <button
        type="button"
        class="quiet"
        aria-label="Help on filters"
        aria-expanded=${help}
        onClick=${() => setHelp(!help)}
      >
        <${Icon} name="help" />
      </button>
      <ul
        id="filter_completions"
        class="completions"
        role="listbox"
        aria-label="Completions"
        hidden=${completions.length === 0}
      >
        ${completions.map(
          (completion, index) => html`<li
            key=${completion.insert}
            id=${`completion_${index}`}
            role="option"
            aria-selected=${index === chosen}
            onMouseDown=${(event: MouseEvent) => {
              event.preventDefault(); // the field keeps the focus
              complete(completion);
            }}
          >
            <code>${completion.insert}</code><span>${completion.help}</span>
          </li>`,
        )}
      </ul>
    </div>
    <div id="filter_error" aria-live="polite">
      ${wrong !== null && html`<${FilterError} text=${text} error=${wrong} />`}
    </div>
    ${
      help &&
      verdict !== undefined &&
      html`<${FilterHelp}
        operators=${verdict.operators}
        use=${(name: string) => {
          setText(`${text.trim()} ${name} `.trimStart());
          input.current?.focus();
        }}
      />`
    }
  </search>`;
}
