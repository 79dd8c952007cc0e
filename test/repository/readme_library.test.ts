import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, test } from "vitest";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import { read } from "../support/sources.ts";

// Those of replay are run in test/replay/readme_example.test.ts.
const snippets = [...read("README.md").matchAll(/^```ts\n(.*?)^```$/gms)]
  .map(([, code = ""]) => code)
  .filter((code) => !code.includes("replayAs"));

describe("README.md, As a library", () => {
  test("the snippets run, one against the other", async () => {
    const [echo = "", find = "", serve = ""] = snippets;
    assert.equal(snippets.length, 3);
    await inScope(async (scope) => {
      const port = await freePort();
      const folder = scope.tempDir();
      const library = pathToFileURL(join(ROOT, "src/mod.ts")).href;
      const program = (name: string, code: string) => {
        const path = join(folder, name);
        const text = code.replaceAll("11112", String(port)).replace('"dicomtap"', `"${library}"`);
        writeFileSync(path, text);
        return [...ownRuntime().command, join(ROOT, "test/support/run_typescript.mjs"), path];
      };
      const server = scope.start(
        program("serve.mts", `${serve}\nconsole.log("ready", server.port);`),
      );
      await server.line(/^ready/);
      const echoed = await scope.run(program("echo.mts", echo));
      assert.equal(echoed.stdout, "0 Success\n", echoed.stderr);
      const found = await scope.run(program("find.mts", find));
      assert.equal(found.code, 0, found.stderr);
      const [first = "", last] = found.stdout.trim().split("\n");
      assert.match(first, / DOE\^JOHN$/);
      assert.equal(last, "Success undefined");
      await server.line(/^DOE\* false$/);
      const lines = (echo.trim().match(/\n/g)?.length ?? 0) - 1;
      console.log(`README: ${snippets.length} snippets run, echo in ${lines} lines`);
    });
  });
});
