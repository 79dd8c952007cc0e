import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { VERSION } from "../../src/version.ts";
import { filesUnder, read, repositoryFiles } from "../support/sources.ts";

const sources = filesUnder(["src", "proxy", "replay"]);
const texts = repositoryFiles().filter((file) =>
  /\.(ts|mjs|json|md|toml|py|c|sh|tsv|hex|yaml|yml)$|^\.ci\/|^\.gitignore$|^LICENSE$/.test(file),
);

/** What ties a text to one machine or one place on the net. Built so that this file has none of it. */
const FOREIGN = [
  new RegExp(`/${"work"}/`),
  new RegExp(`/${"opt"}/[a-z]`),
  new RegExp(`/(?:${"root"}|${"home"}/\\w+)/`),
  new RegExp(`registry\\.${"npmjs"}`),
  new RegExp(`npm\\.${"jsr"}\\.io`),
  new RegExp(`\\b${"localhost"}:4873\\b`),
];

describe("The repository", () => {
  test("names no path of one machine and no registry", () => {
    const found = texts.flatMap((file) =>
      FOREIGN.filter((pattern) => pattern.test(read(file))).map((pattern) => `${file}: ${pattern}`),
    );
    assert.deepEqual(found, []);
    console.log(`repository: ${texts.length} files, 0 machine paths`);
  });

  test("locks packages without saying where they came from", () => {
    const lock = JSON.parse(read("package-lock.json"));
    const located = Object.entries<{ resolved?: string }>(lock.packages).filter(([, entry]) =>
      /^[a-z]+:/.test(entry.resolved ?? ""),
    );
    assert.deepEqual(
      located.map(([name]) => name),
      [],
    );
    assert.equal(lock.version, VERSION);
  });

  test("locks the packages of every platform", () => {
    const { packages } = JSON.parse(read("package-lock.json"));
    const missing = Object.values<{ optionalDependencies?: object }>(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => packages[`node_modules/${name}`] === undefined,
      ),
    );
    // An install on one platform forgets the others, and `npm ci` then refuses the file.
    assert.deepEqual(missing, []);
  });

  test("every source file begins with what it is", () => {
    const imports = /^(?:import\b[^;]*;\s*)+/;
    const bare = sources.filter((file) => {
      const text = read(file).replace(/^#!.*\n/, "");
      return !/^\/[/*]/.test(text.trimStart()) && !/^\/[/*]/.test(text.replace(imports, ""));
    });
    assert.deepEqual(bare, []);
  });

  test("every source file is small enough to read, and has one name for one thing", () => {
    const generated = /^src\/dictionary\/\w*table\.ts$/;
    /** One machine whose states share everything: longer than it should be, and known to be. */
    const known = ["src/dataset/data_set_reader.ts"];
    const long = sources
      .filter((file) => !generated.test(file) && !known.includes(file))
      .map((file) => `${file}: ${read(file).split("\n").length}`)
      .filter((line) => Number(line.split(": ")[1]) > 400);
    assert.deepEqual(long, []);
    const vague = sources.filter((file) =>
      /\/(index|utils?|helpers?|types|common|misc)\.ts$/.test(file),
    );
    assert.deepEqual(vague, []);
    const named = sources.filter((file) => !/^[a-z\d_/]+\.(ts|mjs|d\.ts)$/.test(file));
    assert.deepEqual(named, [], "names are in snake_case");
  });

  test("keeps the changelog of this version", () => {
    assert.match(
      read("CHANGELOG.md"),
      new RegExp(`^## \\[${VERSION.replaceAll(".", "\\.")}\\]`, "m"),
    );
  });
});
