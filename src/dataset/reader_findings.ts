/**
 * What `DataSetReader` finds wrong, in words, with the path of the element in question. Apart from
 * the reading, so that the reading stays readable.
 */
import { elementByTag } from "../dictionary/elements.ts";
import type { DataSetSink } from "./data_set_sink.ts";
import type { ElementHead } from "./element_head.ts";
import { type DataSetRule, dataSetFinding } from "./finding.ts";
import type { Level, Levels } from "./level.ts";
import { printTag } from "./tag.ts";

/** Findings of one rule that are told: one odd writer must not crowd out everything else. */
const MOST_OF_A_RULE = 20;

export interface Found {
  readonly text: string;
  readonly offset: number;
  /** The element in question, where it is not the level itself. */
  readonly tag?: number;
}

export class ReaderFindings {
  readonly #sink: DataSetSink;
  readonly #levels: Levels;
  readonly #most: number;
  readonly #told = new Map<DataSetRule, number>();
  #count = 0;

  constructor(sink: DataSetSink, options: { levels: Levels; maxFindings: number | undefined }) {
    this.#sink = sink;
    this.#levels = options.levels;
    this.#most = options.maxFindings ?? 100;
  }

  /** All findings, those that were not told included. */
  get count(): number {
    return this.#count;
  }

  tell(id: DataSetRule, found: Found): void {
    this.#count++;
    const told = this.#told.get(id) ?? 0;
    if (this.#count > this.#most || told >= MOST_OF_A_RULE) return;
    this.#told.set(id, told + 1);
    this.#give(id, found);
  }

  /** What ends the reading is told however much was told before. */
  tellLast(id: DataSetRule, found: Found): void {
    this.#count++;
    this.#give(id, found);
  }

  #give(id: DataSetRule, found: Found): void {
    const path = this.#levels.path(found.tag);
    this.#sink.finding(dataSetFinding(id, { text: found.text, path, offset: found.offset }));
  }

  /** The head could not be read as its data set's encoding has it. */
  headProblem(head: ElementHead, offset: number): void {
    const { tag, vr, problem } = head;
    switch (problem) {
      case "unknown VR":
        this.tell("data-set-unknown-vr", {
          tag,
          offset,
          text: `the VR ${quoted(vr)} is not known`,
        });
        return;
      case "no VR":
        this.tell("data-set-missing-vr", { tag, offset, text: "no VR; read as Implicit VR" });
        return;
      case "explicit VR":
        this.tell("data-set-explicit-vr", {
          tag,
          offset,
          text: `VR ${vr} is explicit in an implicit data set; read as Explicit VR`,
        });
        return;
      case "":
        return;
      default:
        problem satisfies never;
    }
  }

  disorder(tag: number, at: { level: Level; offset: number }): void {
    const { lastTag } = at.level;
    const text =
      tag === lastTag
        ? "the element comes twice"
        : `the element comes behind ${printTag(lastTag)}; tags must ascend`;
    this.tell("data-set-order", { tag, text, offset: at.offset });
  }

  /** Groups 0000 to 0003 have a place of their own, which is not a data set (7.1). */
  foreignGroup(tag: number, offset: number): void {
    const what = tag >>> 16 === 2 ? "File Meta Information" : "a command set";
    const text = `an element of ${what} stands in a data set`;
    this.tell("data-set-foreign-group", { tag, offset, text });
  }

  /** The VR of an explicit element is not the one that PS3.6 gives. */
  wrongVr(head: ElementHead, offset: number): void {
    const { tag, vr } = head;
    const entry = elementByTag(tag);
    if (entry === undefined || entry.vr === vr || vr === "UN") return;
    if (entry.vr.includes("/") && entry.vr.includes(vr)) return;
    if (head.facts === undefined) return; // told as unknown
    const expected = entry.vr.replaceAll("/", " or ");
    const text = `${entry.keyword} has VR ${vr}, PS3.6 gives ${expected}`;
    this.tell("data-set-wrong-vr", { tag, offset, text });
  }

  oddLength(head: ElementHead, offset: number): void {
    const { tag, length } = head;
    const what = tag === 0xfffee000 ? { offset } : { tag, offset };
    this.tell("data-set-odd-length", { ...what, text: `the length ${length} is odd` });
  }

  delimiterLength(head: ElementHead, offset: number): void {
    const text = `${printTag(head.tag)} has length ${head.length}, not 0`;
    this.tell("data-set-delimiter-length", { offset, text });
  }

  /** A length goes past the end of what the element is in; that end counts. */
  outrun(head: ElementHead, at: { level: Level; offset: number; what: string }): void {
    const over = at.offset + head.size + head.length - at.level.end;
    const text = `the length ${head.length} of the ${at.what} is ${over} octets more than the ${at.level.kind} has left`;
    const what = at.what === "value" ? { tag: head.tag } : {};
    this.tell("data-set-outruns-parent", { ...what, offset: at.offset, text });
  }
}

/** Two octets that may be anything, as text. */
function quoted(vr: string): string {
  if (/^[\x21-\x7e]{2}$/.test(vr)) return `"${vr}"`;
  const octets = [...vr].map((one) =>
    one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"),
  );
  return `${octets.join("H ")}H`;
}
