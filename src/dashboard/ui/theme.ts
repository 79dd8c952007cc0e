/** Light or dark: as the system says, until the person says otherwise here. */
import { effect, signal } from "@preact/signals";
import { remember, remembered } from "./remember.ts";

export type Theme = "system" | "light" | "dark";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

export const theme = signal<Theme>(readTheme(remembered("theme")));

export function nextTheme(): void {
  theme.value = NEXT[theme.value];
  remember("theme", theme.value);
}

export function applyTheme(): void {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
}

function readTheme(value: unknown): Theme {
  return value === "light" || value === "dark" ? value : "system";
}
