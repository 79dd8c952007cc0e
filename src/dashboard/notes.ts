/**
 * Notes and marks that people put on associations, in a file beside the captures that only its owner
 * may read (0600), written anew at each change.
 *
 * Rule: bounded: `MAX_NOTES` of `MAX_TEXT` characters, `MAX_MARKS` marks. What cannot be written is
 * kept until the end of the program, and `problem` says so.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { NewFile } from "../io/file_new.ts";
import type { Mark, Note, NotesJson } from "./api_types.ts";

export const NOTES_FILE = "dicomtap-notes.json";
export const MAX_TEXT = 4_000;
const MAX_NOTES = 5_000;
const MAX_MARKS = 10_000;
const MAX_KEY = 512;

export const MARKS = ["red", "amber", "green", "blue", "star"] as const satisfies readonly Mark[];

const FILE = z.object({
  notes: z
    .array(
      z.object({
        id: z.string().max(64),
        key: z.string().max(MAX_KEY),
        text: z.string().max(MAX_TEXT),
        user: z.string().max(64),
        at: z.string().max(32),
      }),
    )
    .max(MAX_NOTES),
  marks: z.record(z.string().max(MAX_KEY), z.enum(MARKS)),
});

export class Notes {
  readonly #path: string | undefined;
  #notes: readonly Note[] = [];
  readonly #marks = new Map<string, Mark>();
  #problem: string | undefined;

  /** `directory`: of the captures; undefined keeps nothing beyond this run. */
  constructor(directory: string | undefined) {
    this.#path = directory === undefined ? undefined : join(directory, NOTES_FILE);
    this.#load();
  }

  /** Why notes do not last, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get json(): NotesJson {
    return { notes: this.#notes, marks: Object.fromEntries(this.#marks) };
  }

  of(key: string): readonly Note[] {
    return this.#notes.filter((note) => note.key === key);
  }

  /** For a row of a list. */
  marksOf(key: string): { readonly mark: Mark | null; readonly notes: number } {
    const notes = this.#notes.length === 0 ? 0 : this.of(key).length;
    return { mark: this.#marks.get(key) ?? null, notes };
  }

  /** False where there are too many. */
  add(note: Omit<Note, "id" | "at">): boolean {
    if (this.#notes.length >= MAX_NOTES) return false;
    const made = { ...note, id: randomUUID(), at: new Date().toISOString() };
    this.#notes = [...this.#notes, made];
    this.#save();
    return true;
  }

  /** False where the association has no such note. */
  remove(key: string, id: string): boolean {
    const left = this.#notes.filter((note) => note.id !== id || note.key !== key);
    if (left.length === this.#notes.length) return false;
    this.#notes = left;
    this.#save();
    return true;
  }

  mark(key: string, mark: Mark | null): boolean {
    if (mark !== null && this.#marks.size >= MAX_MARKS) return false;
    if (mark === null) this.#marks.delete(key);
    else this.#marks.set(key, mark);
    this.#save();
    return true;
  }

  #load(): void {
    if (this.#path === undefined) return;
    try {
      const { notes, marks } = FILE.parse(JSON.parse(readFileSync(this.#path, "utf8")));
      this.#notes = notes;
      for (const [key, mark] of Object.entries(marks)) this.#marks.set(key, mark);
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return;
      // a file that is not ours, or not sound, stays as it is
      this.#problem = `Notes are not kept: ${this.#path} cannot be read as notes`;
    }
  }

  #save(): void {
    if (this.#path === undefined || this.#problem?.includes("cannot be read") === true) return;
    try {
      const temporary = join(dirname(this.#path), `.${NOTES_FILE}.${randomUUID()}`);
      const file = new NewFile(temporary);
      file.write(new TextEncoder().encode(`${JSON.stringify(this.json, null, 1)}\n`));
      file.finish();
      renameSync(temporary, this.#path);
      this.#problem = undefined;
    } catch (error) {
      this.#problem = `Notes are not kept beyond this run: ${(error as Error).message}`;
    }
  }
}
