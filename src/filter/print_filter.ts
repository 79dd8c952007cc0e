/** A filter as text that parses to the same filter: for settings, links and records of what was done. */
import { elementByKeyword, elementByTag } from "../dictionary/elements.ts";
import type { Filter } from "./filter.ts";
import { type Argument, OPERATORS } from "./operators.ts";

export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "all":
      return "~all";
    case "not":
      return `!${printInner(filter.of)}`;
    case "and":
      return filter.of.map(printInner).join(" ");
    case "or":
      return filter.of.map(printInner).join(" | ");
    case "word":
      return quoted(filter.pattern.source);
    case "text":
      return `${named("pattern", filter.field)} ${quoted(filter.pattern.source)}`;
    case "sop instance":
      return `~sopi ${filter.uid}`;
    case "context":
      return `~pc ${filter.id}`;
    case "status":
      return `~c ${filter.patterns.map(({ not, is }) => `${not ? "!" : ""}${is}`).join("|")}`;
    case "tag": {
      const path = filter.path.map(tagName).join(".");
      return `~tag ${filter.pattern === undefined ? path : quoted(`${path}=${filter.pattern.source}`)}`;
    }
    case "outcome":
      return (
        OPERATORS.find(({ reads }) => reads.as === "outcome" && reads.is === filter.is)?.name ?? ""
      );
    case "faulty":
      return "~e";
    case "compare": {
      const unit = { duration: "ms", size: "B", messages: "" }[filter.field];
      return `${named("compare", filter.field)} ${filter.by}${amount(filter.value)}${unit}`;
    }
    case "time":
      return `${named("time", filter.field)} ${new Date(filter.at).toISOString()}`;
    default:
      return filter satisfies never;
  }
}

function printInner(filter: Filter): string {
  const text = printFilter(filter);
  return filter.kind === "and" || filter.kind === "or" ? `(${text})` : text;
}

function named(as: Argument["as"], field: string): string {
  const found = OPERATORS.find(
    ({ reads }) => reads.as === as && "field" in reads && reads.field === field,
  );
  return found?.name ?? "";
}

function tagName(tag: number): string {
  const hex = tag.toString(16).padStart(8, "0");
  // A repeating group has one keyword for many tags: only the lowest can be named by it.
  const keyword = elementByTag(tag)?.keyword ?? "";
  if (keyword !== "" && elementByKeyword(keyword)?.tag === tag) return keyword;
  return `${hex.slice(0, 4)},${hex.slice(4)}`;
}

/** Never in powers of ten: 1e-7 is no amount. */
function amount(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** Plain words stay plain; the rest gets the quotes that let its backslashes stay. */
function quoted(text: string): string {
  if (/^[\w^$.*+?,:=/-]+$/.test(text)) return text;
  const pairs: string[] = text.match(/\\.|[^\\]|\\$/gs) ?? [];
  const quote = pairs.includes('\\"') ? "'" : '"';
  return quote + pairs.map((pair) => (pair === quote ? `\\${quote}` : pair)).join("") + quote;
}
