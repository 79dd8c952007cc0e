/**
 * The shared corpus lies beside the repository, not in it. Tests that need it are skipped with a
 * reason where it is absent:
 *
 *     test.skipIf(!hasCorpus)("...", () => { const vectors = readCorpusJson("pdu-vectors.json"); });
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/corpus");

export const hasCorpus = existsSync(join(FOLDER, "pdu-vectors.json"));
if (!hasCorpus) {
  console.log("skipped: tests of the shared corpus, ../shared/corpus is not there");
}

export function corpusPath(name: string): string {
  return join(FOLDER, name);
}

export function readCorpus(name: string): Uint8Array {
  return new Uint8Array(readFileSync(corpusPath(name)));
}

export function readCorpusJson(name: string): unknown {
  return JSON.parse(readFileSync(corpusPath(name), "utf8"));
}
