/**
 * B-11: data sets of real files, decoded by us, by dicom-parser and by dcmjs, on each runtime.
 * "elements" is what `readPart10` gives, and dicom-parser too: elements with the places of their
 * values. "values" has all of them decoded besides, as the DICOM JSON Model; dcmjs gives values.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusPath, hasCorpus } from "../support/corpus.ts";
import { inScope } from "../support/process.ts";
import { ROOT, type StartableRuntime } from "../support/runtimes.ts";
import { runtimesOf } from "./contenders.ts";
import type { DecodeArguments, DecodeFigures, Decoder } from "./decode_main.ts";
import type { Plan } from "./relay_load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";

/** Where the files are, the first that exists. */
const FOLDERS = [
  ...(hasCorpus ? [corpusPath("dcm")] : []),
  "/usr/lib/python3/dist-packages/pydicom/data/test_files",
];

/** What is compared with what, and how many times as fast it has to be. */
const TARGETS = [
  { ours: "elements", theirs: "dicom-parser", least: 1.5 },
  { ours: "elements", theirs: "dcmjs", least: 15 },
  { ours: "values", theirs: "dcmjs", least: 15 },
] as const;

const INSTALL = {
  "dicom-parser": "npm i --no-save dicom-parser",
  dcmjs: "npm install",
} as const;

export async function decodeRows(plan: Plan): Promise<readonly Row[]> {
  const folder = FOLDERS.find((path) => existsSync(path));
  if (folder === undefined) {
    return [notMeasured("B-11", "data sets", "no files: apt-get install python3-pydicom")];
  }
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".dcm"))
    .map((name) => join(folder, name));
  const rows: Row[] = [];
  for (const runtime of runtimesOf(plan.contenders)) {
    const figures = await measured(runtime, { files, rounds: Math.min(plan.rounds, 5) });
    rows.push(...rowsOf(runtime, figures));
  }
  return rows;
}

async function measured(
  runtime: StartableRuntime,
  options: Pick<DecodeArguments, "files" | "rounds">,
): Promise<DecodeFigures> {
  const dcmjs = installed("dcmjs")?.folder;
  const dicomParser = installed("dicom-parser")?.folder;
  const script = ["test/support/run_typescript.mjs", "test/bench/decode_main.ts"];
  const args = JSON.stringify({ ...options, dcmjs, dicomParser } satisfies DecodeArguments);
  return await inScope(async (scope) => {
    const command = [...runtime.command, ...script, args];
    const { code, stdout, stderr } = await scope.run(command, { cwd: ROOT, limitMs: 120_000 });
    if (code !== 0) throw new Error(`decode_main.ts ended with ${code}: ${stderr.slice(-400)}`);
    // dcmjs prints about the files too
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as DecodeFigures;
  });
}

function rowsOf({ name }: StartableRuntime, { files, bytes, ms }: DecodeFigures): Row[] {
  const what = `decode ${files} files`;
  const speed = (decoder: Decoder) => {
    const rates = (ms[decoder] ?? []).map((value) => bytes / 1000 / value);
    return `${show(spread(rates), 0)} MB/s`;
  };
  const compared = TARGETS.map(({ ours, theirs, least }): Row => {
    const version = installed(theirs)?.version;
    const against = `${what}, ${ours}, ${name}, x ${theirs}`;
    if (version === undefined) {
      return notMeasured("B-11", against, `${theirs} is missing: ${INSTALL[theirs]}`);
    }
    const ratio = ratios(ms[theirs] ?? [], ms[ours] ?? []);
    return {
      id: "B-11",
      what: `${against} ${version}`,
      measured: show(ratio),
      target: `>= ${least}`,
      met: ratio.median >= least,
    };
  });
  const figures = (Object.keys(ms) as Decoder[]).map(
    (decoder): Row => ({
      id: "B-11",
      what: `${what}, ${decoder}, ${name}`,
      measured: speed(decoder),
      target: "",
      met: undefined,
    }),
  );
  return [...figures, ...compared];
}

function installed(name: string): { folder: string; version: string } | undefined {
  const folder = join(ROOT, "node_modules", name);
  if (!existsSync(folder)) return undefined;
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { folder, version: (manifest as { version: string }).version };
}
