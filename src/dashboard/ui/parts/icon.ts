/** Icons of the page, drawn on a field of 16 by 16. They decorate: the word stands beside them. */
import type { VNode } from "preact";
import { html } from "../html.ts";

const SHAPES = {
  good: "M3 8.5 6.5 12 13 4.5",
  bad: "M4 4l8 8M12 4l-8 8",
  warn: "M8 3v6.2M8 12.2v.6",
  live: "M8 8m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  calm: "M4 8h8",
  live_list: "M2 4h12M2 8h12M2 12h7",
  stories: "M4 2v12M12 2v12M4 5h8M12 10H4",
  numbers: "M2 14V9M6 14V4M10 14V7M14 14V2",
  replays: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  captures: "M2 4.5h4l1.5 2H14v7H2z",
  theme_system: "M2 3h12v8H2zM6 14h4",
  theme_light:
    "M8 8m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6 13 13M13 3l-1.4 1.4M4.4 11.6 3 13",
  theme_dark: "M13 10A6 6 0 0 1 6 3a5.6 5.6 0 1 0 7 7z",
  help: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.6v.4",
  search: "M7 7m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M10 10l4 4",
  close: "M4 4l8 8M12 4l-8 8",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M5 3l8 5-8 5z",
  star: "M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10",
  copy: "M6 6h7v7H6zM3 10V3h7",
  back: "M10 3 5 8l5 5",
  more: "M4 6l4 4 4-4",
  forward: "M6 3l5 5-5 5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 8m-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0",
  note: "M3 2.5h10v8L9.5 14H3zM9.5 14v-3.5H13",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }): VNode {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d=${SHAPES[name]} />
  </svg>`;
}
