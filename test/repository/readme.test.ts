import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { commandOf } from "../../src/cli/commands.ts";
import { parseOptions } from "../../src/cli/parse_options.ts";
import { readFilter } from "../../src/cli/read_filter.ts";
import { ROOT } from "../support/runtimes.ts";
import { read } from "../support/sources.ts";

const readme = read("README.md");

describe("README.md", () => {
  test("shows commands that exist, with options that they take", async () => {
    let checked = 0;
    for (const text of commandLines()) {
      const named = commandOf(shellWords(text));
      assert.ok(named !== undefined && "listed" in named, `no such command: ${text}`);
      assert.ok(named.listed.load !== undefined, `not in this version: ${text}`);
      const { command } = await named.listed.load();
      const args = named.rest;
      // Capitals stand for what a user writes: a port and a size that can be read, instead.
      const sample = args.map((arg) =>
        arg.replace(/^HOST:PORT$/, "pacs:104").replace(/^PORT$/, "104"),
      );
      parseOptions(sample, command.options);
      checked++;
    }
    assert.ok(checked >= 5, `only ${checked} command lines found`);
    console.log(`README: ${checked} command lines read`);
  });

  test("shows filters that can be read", () => {
    const filters = [...readme.matchAll(/`(~[^`]+)`/g)].map((match) => match[1] ?? "");
    const quoted = commandLines().flatMap((text) => /'([^']*~[^']*)'/.exec(text)?.[1] ?? []);
    for (const filter of [...filters, ...quoted]) {
      if (/^~\w+$/.test(filter)) continue; // an operator named by itself
      readFilter(filter);
    }
    assert.ok(filters.length + quoted.length >= 5);
  });

  test("links to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? "");
    assert.deepEqual(
      links.filter((link) => !existsSync(join(ROOT, link))),
      [],
    );
    const folders = [...readme.matchAll(/^\| (`[a-z/_]+`(?:, `[a-z/_]+`)*) \|/gm)].flatMap(
      (match) => (match[1] ?? "").split(", ").map((folder) => folder.replaceAll("`", "")),
    );
    assert.deepEqual(
      folders.filter((folder) => !existsSync(join(ROOT, folder))),
      [],
    );
  });
});

/** What follows `dicomtap` in code: whole lines, and words in backquotes. */
function commandLines(): string[] {
  const pattern = /^ {4}(?:npx )?dicomtap (?!Copyright)([a-z][^#\n]*)|`dicomtap ([a-z][^`]*)`/gm;
  return [...readme.matchAll(pattern)]
    .map((match) => (match[1] ?? match[2] ?? "").trim())
    .filter((text) => !/[[\]|]|\.\.\.(?: |$)(?!')/.test(text.replace(/'[^']*'/g, "")));
}

function shellWords(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
