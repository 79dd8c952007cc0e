import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { constants } from "node:os";
import { describe, test } from "vitest";
import { defineCommand } from "../../src/cli/command.ts";
import { CommandError } from "../../src/cli/command_error.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { run, runCommand } from "../../src/cli/main.ts";
import { expected } from "../../src/cli/parse_options.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { VERSION } from "../../src/version.ts";
import { inProcess } from "../support/in_process.ts";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";

const { dicomtap } = ownRuntime();
const FULL = "/dev/full";
const loaded = COMMANDS.flatMap(({ load, ...listed }) =>
  load === undefined ? [] : [{ ...listed, load }],
);

describe("run()", () => {
  test("without a command shows the help on stderr and says 2", async () => {
    const { code, out, err } = await inProcess((context) => run([], context));
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /Usage: dicomtap COMMAND/);
  });

  test("--help lists every command, --version says which", async () => {
    for (const word of ["--help", "-h", "help"]) {
      const { code, out } = await inProcess((context) => run([word], context));
      assert.equal(code, 0);
      for (const { name, summary } of loaded)
        assert.ok(out.includes(name) && out.includes(summary));
    }
    const { out } = await inProcess((context) => run(["--version"], context));
    assert.match(out, new RegExp(`^dicomtap ${VERSION} \\((node|deno|bun) [\\d.]+\\)\n$`));
  });

  test("refuses unknown commands and options with a hint", async () => {
    const command = await inProcess((context) => run(["prxoy"], context));
    assert.equal(command.code, 2);
    assert.equal(command.err, "dicomtap: Unknown command prxoy\nDid you mean dicomtap proxy?\n");
    const option = await inProcess((context) => run(["--vrsion"], context));
    assert.equal(option.code, 2);
    assert.match(option.err, /Unknown option --vrsion/);
    const hostile = await inProcess((context) => run(["\x1b[2J\n"], context));
    assert.doesNotMatch(hostile.err, /\x1b/);
  });

  test("tells of a group of commands, and of a second word that it does not have", async () => {
    for (const args of [
      ["replay", "--help"],
      ["help", "replay"],
    ]) {
      const { code, out } = await inProcess((context) => run(args, context));
      assert.equal(code, 0);
      assert.match(out, /^Usage: dicomtap replay COMMAND[\s\S]*Commands:/);
    }
    const alone = await inProcess((context) => run(["replay"], context));
    assert.equal(alone.code, 2);
    assert.match(
      alone.err,
      /^dicomtap: Command replay needs a second word\nIt is one of dicomtap /,
    );
    const wrong = await inProcess((context) => run(["replay", "scv\x07"], context));
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /^dicomtap: Unknown command replay scv\\x07\nDid you mean dicomtap /);
  });

  test("says which operand is missing, and what is too much", async () => {
    const missing = await inProcess((context) => run(["show"], context));
    assert.equal(missing.code, 2);
    assert.match(missing.err, /^dicomtap show: CAPTURE is missing\nUsage: dicomtap show CAPTURE/);
    const extra = await inProcess((context) => run(["demo", "x\x07"], context));
    assert.equal(extra.code, 2);
    assert.match(extra.err, /Cannot make sense of "x\\x07"\nUsage: dicomtap demo/);
  });

  for (const { name, summary, load } of loaded) {
    test(`${name} --help has a usage, every option, and examples that parse`, async () => {
      const { command } = await load();
      assert.equal(command.name, name);
      assert.equal(command.summary, summary, "the list and the command say the same");
      const { code, out } = await inProcess((context) =>
        run([...name.split(" "), "--help"], context),
      );
      assert.equal(code, 0);
      assert.ok(out.includes(`Usage: dicomtap ${name}`));
      const unwrapped = out.replace(/\s+/g, " ");
      for (const [option, { help }] of Object.entries(command.options)) {
        assert.ok(out.includes(`--${option}`) && unwrapped.includes(help), option);
        assert.match(help, /^\S[^\n]*[^.\n]$/, `${option}: one line without a full stop`);
      }
      assert.ok(command.examples.length > 0, "has examples");
      for (const { run: text } of command.examples) {
        assert.ok(out.includes(text) && text.includes(`dicomtap ${name}`), text);
      }
      const bad = await inProcess((context) =>
        run([...name.split(" "), "--no-such-option"], context),
      );
      assert.equal(bad.code, 2);
      assert.match(bad.err, new RegExp(`^dicomtap ${name}: Unknown option --no-such-option\n`));
    });
  }

  test("every default of every command is a value of its option", async () => {
    let defaults = 0;
    for (const { load } of loaded) {
      const { command } = await load();
      const { code, err } = await inProcess((context) =>
        runCommand(
          { ...command, operands: { min: 0, max: 0 }, run: async () => 0 },
          { args: [], context },
        ),
      );
      assert.equal(code, 0, err);
      for (const option of Object.values(command.options)) {
        if ("default" in option) defaults++;
        assert.notEqual(expected(option), "");
      }
    }
    console.log(`cli: ${loaded.length} commands, ${defaults} defaults read`);
  });

  const failing: [string, unknown, number, RegExp][] = [
    ["a CommandError", new CommandError("No", { exitCode: 1, hint: "Yes" }), 1, /: No\nYes\n$/],
    [
      "a port in use",
      systemError({ code: "EADDRINUSE", address: "::1", port: 104 }),
      3,
      /Cannot listen on \[::1\]:104: the port is in use/,
    ],
    [
      "no permission",
      systemError({ code: "EACCES", syscall: "listen", address: "0.0.0.0", port: 104 }),
      3,
      /no permission\nPorts below 1024/,
    ],
    [
      "an unknown host",
      systemError({ code: "ENOTFOUND", hostname: "pacs.invalid" }),
      3,
      /Cannot find the host pacs.invalid/,
    ],
    [
      "a refused connection",
      systemError({ code: "ECONNREFUSED", address: "127.0.0.1", port: 1 }),
      3,
      /nothing listens there/,
    ],
    [
      "a missing file",
      systemError({ code: "ENOENT", syscall: "open", path: "x\x1b.dcap" }),
      2,
      /Cannot find x\\x1b\.dcap/,
    ],
    [
      "a directory",
      systemError({ code: "EISDIR", syscall: "read", path: "captures" }),
      2,
      /is a directory/,
    ],
    [
      "a quota that is used up",
      systemError({ code: "EDQUOT", syscall: "open", path: "made.dcap" }),
      2,
      /Cannot write made\.dcap: the quota of the disk is used up\nMake room/,
    ],
    [
      "a limit on the size of files",
      systemError({ code: "EFBIG", syscall: "open", path: "made.dcap" }),
      2,
      /Cannot write made\.dcap: the file is larger than it may be/,
    ],
    [
      "a share that is gone, for which Node has no name",
      systemError({ code: `Unknown system error -${constants.errno.ESTALE}`, path: "x.dcap" }),
      2,
      /Cannot read x\.dcap: the disk or the network failed\nTry again, or copy/,
    ],
    ["a fault of ours", new TypeError("x is undefined\x07"), 70, /fault of dicomtap itself/],
    ["something odd", "just a text", 70, /just a text/],
  ];
  for (const [what, thrown, code, text] of failing) {
    test(`tells ${what} in words`, async () => {
      const command = defineCommand({
        name: "show",
        summary: "",
        usage: "",
        options: {},
        examples: [],
        run: () => Promise.reject(thrown),
      });
      const ran = await inProcess((context) => runCommand(command, { args: [], context }));
      assert.equal(ran.code, code);
      assert.match(ran.err, text);
      assert.match(ran.err, /^dicomtap show: /);
      assert.doesNotMatch(ran.err, /[\x00-\x09\x0b-\x1f]/);
    });
  }
});

describe("The program", () => {
  test("ends quietly when nobody reads on (| head -1)", async () => {
    const [program = "", ...args] = [...dicomtap, "help", "proxy"];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += String(text);
    });
    child.stdout.destroy();
    const [code, signal] = await once(child, "close"); // not "exit": stderr may come after it
    assert.deepEqual([code, signal], [0, null], stderr);
    assert.equal(stderr, "");
  });

  test("writes everything before it ends, also into a slow pipe", async () => {
    await inScope(async (scope) => {
      const help = await scope.run([...dicomtap, "help", "proxy"]);
      const slow = [
        "sh",
        "-c",
        `${dicomtap.map((part) => `'${part}'`).join(" ")} help proxy | (sleep 1; cat)`,
      ];
      assert.equal((await scope.run(slow)).stdout, help.stdout);
      assert.ok(help.stdout.length > 1000);
    });
  });

  if (!existsSync(FULL)) console.log(`skipped: only Linux has ${FULL}, a disk that is full`);
  test.skipIf(!existsSync(FULL))("says that the disk is full where its output goes", async () => {
    const [program = "", ...args] = [...dicomtap, "help", "proxy"];
    const full = openSync(FULL, "w");
    const child = spawn(program, args, { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    let stderr = "";
    child.stderr?.on("data", (text) => {
      stderr += String(text);
    });
    const [code, signal] = await once(child, "close");
    assert.deepEqual([code, signal], [2, null], stderr);
    assert.equal(stderr, "dicomtap: Cannot write the output: the disk is full\n");
  });

  test.skipIf(!existsSync(FULL))("says so too where a signal ends it, with 0", async () => {
    await inScope(async (scope) => {
      const port = await freePort();
      const words = ["dashboard", dayCapturePath(), "--listen", `127.0.0.1:${port}`, "--json"];
      const redirected = ["sh", "-c", `exec "$@" > ${FULL}`, "sh"];
      const running = scope.start([...redirected, ...dicomtap, ...words]);
      await running.listens(port);
      running.signal("SIGTERM");
      assert.equal((await running.exit()).code, 0, running.stderr);
      assert.match(running.stderr, /^dicomtap: Cannot write the output: the disk is full$/m);
    });
  });

  test("has exit code 2 and nothing on stdout for a usage error", async () => {
    await inScope(async (scope) => {
      const { code, stdout, stderr } = await scope.run([...dicomtap, "show", "--nonsense"]);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /Unknown option --nonsense/);
    });
  });
});

function systemError(properties: Record<string, unknown>): Error {
  return Object.assign(new Error("raw"), properties);
}
