/** A `DataSetSink` that writes down what it is told, pieces of bulk joined: one line an event. */
import type { DataSetSink } from "../../src/dataset/data_set_sink.ts";
import { type DataSetFinding, printFinding } from "../../src/dataset/finding.ts";
import { hexTag } from "../../src/dataset/tag.ts";
import { hex } from "./data_set_bytes.ts";

export class DataSetEvents implements DataSetSink {
  readonly lines: string[] = [];
  readonly findings: DataSetFinding[] = [];
  #pieces: Uint8Array[] = [];
  #open = 0;

  value(tag: number, vr: string, bytes: Uint8Array, offset: number): void {
    this.lines.push(`${hexTag(tag)} ${vr} ${hex(bytes)} @${offset}`);
  }
  bulkStart(tag: number, vr: string, offset: number, length: number): void {
    this.lines.push(`${hexTag(tag)} ${vr} bulk ${length} @${offset}`);
    this.#pieces = [];
  }
  bulkEnd(length: number): void {
    this.lines.push(`bulk end ${length} ${this.#joined()}`);
  }
  sequenceStart(tag: number, vr: string, offset: number, length: number): void {
    this.#open++;
    this.lines.push(`${hexTag(tag)} ${vr} sequence ${length} @${offset}`);
  }
  itemStart(offset: number, length: number, bigEndian: boolean): void {
    this.#open++;
    this.lines.push(`item ${length}${bigEndian ? " big" : ""} @${offset}`);
  }
  itemEnd(): void {
    this.#open--;
    this.lines.push("item end");
  }
  sequenceEnd(): void {
    this.#open--;
    this.lines.push("sequence end");
  }
  fragmentsStart(tag: number, vr: string, offset: number): void {
    this.#open++;
    this.lines.push(`${hexTag(tag)} ${vr} fragments @${offset}`);
  }
  fragmentStart(offset: number, length: number): void {
    this.lines.push(`fragment ${length} @${offset}`);
    this.#pieces = [];
  }
  fragmentEnd(length: number): void {
    this.lines.push(`fragment end ${length} ${this.#joined()}`);
  }
  fragmentsEnd(): void {
    this.#open--;
    this.lines.push("fragments end");
  }
  piece(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
  }
  finding(finding: DataSetFinding): void {
    this.findings.push(finding);
    this.lines.push(`${finding.id} ${printFinding(finding)}`);
  }
  end(offset: number, whole: boolean): void {
    this.lines.push(
      `end ${offset} ${whole ? "whole" : "cut"} ${this.#open === 0 ? "" : "OPEN"}`.trim(),
    );
  }
  #joined(): string {
    return this.#pieces.map(hex).join("");
  }
}
