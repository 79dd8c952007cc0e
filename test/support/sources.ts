/** The source files of the repository and what they import, for the tests that keep order in it. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { ROOT } from "./runtimes.ts";

/** Paths from the root of all files under the folders that end in one of the endings. */
export function filesUnder(folders: readonly string[], endings = [".ts", ".mjs"]): string[] {
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => endings.some((ending) => name.endsWith(ending)))
        .filter((name) => !name.includes("node_modules"))
        .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
        .sort(),
    );
}

/** Every file that git knows or would add; without git, every file in the folders that it has. */
export function repositoryFiles(): string[] {
  try {
    const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    const listed = execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return listed.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)));
  } catch {
    const top = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile());
    const folders = ["src", "proxy", "replay", "test", ".ci"].filter((name) =>
      existsSync(join(ROOT, name)),
    );
    return [...top.map((entry) => entry.name), ...filesUnder(folders, [""])].filter((name) =>
      statSync(join(ROOT, name)).isFile(),
    );
  }
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

export interface Import {
  /** Path from the root of the file that imports. */
  readonly file: string;
  /** Path from the root, or the bare name as written. */
  readonly target: string;
  /** Types only: gone when the program runs. */
  readonly typeOnly: boolean;
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;

export function importsOf(file: string): Import[] {
  return [...read(file).matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? match[4] ?? "";
    const target = name.startsWith(".") ? normalize(join(dirname(file), name)) : name;
    return { file, target: target.replaceAll("\\", "/"), typeOnly: match[1] !== undefined };
  });
}
