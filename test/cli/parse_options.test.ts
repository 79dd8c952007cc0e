import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import type { Options } from "../../src/cli/command.ts";
import { CommandError } from "../../src/cli/command_error.ts";
import { parseOptions } from "../../src/cli/parse_options.ts";

const OPTIONS = {
  json: { kind: "flag", help: "" },
  verbose: { kind: "count", short: "v", help: "" },
  listen: { kind: "address", help: "" },
  dashboard: { kind: "address", words: ["off"], default: "127.0.0.1:8104", help: "" },
  record: { kind: "string", negatable: true, default: "captures", help: "" },
  output: { kind: "string", short: "o", help: "" },
  payload: { kind: "string", choices: ["full", "headers"], default: "full", help: "" },
  "connect-timeout": { kind: "duration", min: 1, default: "10s", help: "" },
  "rotate-size": { kind: "size", min: 65_536, max: 2 ** 40, help: "" },
  "max-connections": { kind: "number", min: 1, max: 100_000, help: "" },
  fault: { kind: "string", repeatable: true, help: "" },
} as const satisfies Options;

const parse = (...args: string[]) => parseOptions(args, OPTIONS);

describe("parseOptions()", () => {
  test("gives defaults, typed", () => {
    assert.deepEqual(parse().options, {
      json: false,
      verbose: 0,
      listen: undefined,
      dashboard: { host: "127.0.0.1", port: 8104 },
      record: "captures",
      output: undefined,
      payload: "full",
      "connect-timeout": 10_000,
      "rotate-size": undefined,
      "max-connections": undefined,
      fault: [],
    });
  });

  test("reads every kind", () => {
    const { options, operands } = parse(
      ...["--json", "-vv", "--listen", "[::1]:11112", "--dashboard", "off", "--no-record"],
      ...["-o", "-", "--payload=headers", "--connect-timeout", "500ms", "--rotate-size", "1GiB"],
      ...["--max-connections", "7", "--fault", "a", "--fault", "b", "x.dcap", "007", "--", "--y"],
    );
    assert.deepEqual(options, {
      json: true,
      verbose: 2,
      listen: { host: "::1", port: 11_112 },
      dashboard: "off",
      record: false,
      output: "-",
      payload: "headers",
      "connect-timeout": 500,
      "rotate-size": 2 ** 30,
      "max-connections": 7,
      fault: ["a", "b"],
    });
    assert.deepEqual(operands, ["x.dcap", "007", "--y"]);
  });

  test("takes the rest as the value of a short option", () => {
    for (const args of [["-o=a=b"], ["-vo=a=b"], ["-vo", "a=b", "--", "-v=3"]]) {
      const { output } = parse(...args).options as { output?: string };
      assert.equal(output, "a=b", args.join(" "));
    }
  });

  test("asks for help without judging the rest", () => {
    assert.equal(parse("-h").help, true);
    assert.equal(parse("--nonsense", "--help").help, true);
  });

  const refused: [string[], RegExp, RegExp][] = [
    [["--jsn"], /Unknown option --jsn$/, /Did you mean --json\?/],
    [["--conect-timeout=1s"], /Unknown option --conect-timeout$/, /--connect-timeout/],
    [["-x"], /Unknown option -x$/, /--help/],
    [["-vx"], /Unknown option -x$/, /--help/],
    [["--no-listen"], /--listen cannot be switched off/, /./],
    [["--no-nonsense"], /Unknown option --no-nonsense/, /./],
    [["--listen"], /--listen needs a value/, /^$/],
    [["--listen", "--json"], /--listen needs a value/, /^$/],
    [["--listen="], /--listen needs a value/, /^$/],
    [["--listen", "pacs"], /--listen cannot be "pacs"/, /host:/],
    [["--listen", "::1:104"], /--listen cannot be/, /brackets/],
    [["--listen", "1", "--listen", "2"], /--listen is given 2 times/, /once/],
    [["--payload", "header"], /--payload cannot be "header"/, /Did you mean headers\?/],
    [["--connect-timeout", "10"], /--connect-timeout cannot be "10"/, /500ms, 10s/],
    [["--connect-timeout", "0s"], /--connect-timeout cannot be "0s"/, /, at least 1ms/],
    [["--rotate-size", "1XB"], /--rotate-size cannot be "1XB"/, /64KiB/],
    [["--rotate-size", "5"], /--rotate-size cannot be "5"/, /from 64 KiB to 1 TiB/],
    [["--rotate-size", "-5"], /Cannot take -5$/, /negative/],
    [["--max-connections", "1.5"], /--max-connections cannot be "1.5"/, /whole number/],
    [["--json=no"], /--json takes no value/, /Write --json alone/],
    [["--verbose=3"], /--verbose takes no value/, /./],
    [["-v=3"], /-v takes no value/, /Write -v alone/],
    [["-vv=no"], /-vv takes no value/, /Write -vv alone/],
    [["--max-connections", "0"], /--max-connections cannot be "0"/, /from 1 to 100000/],
    [["--max-connections", "NaN"], /cannot be "NaN"/, /from 1 to 100000/],
    [["--output", ""], /--output needs a value/, /^$/],
    [["--payload", "\x1b[2J"], /cannot be "\\x1b\[2J"/, /./],
  ];
  for (const [args, message, hint] of refused) {
    test(`refuses ${JSON.stringify(args)} by name`, () => {
      assert.throws(
        () => parse(...args),
        (error) => {
          assert.ok(error instanceof CommandError);
          assert.equal(error.exitCode, 2);
          assert.match(error.message, message);
          assert.match(error.hint ?? "", hint);
          return true;
        },
      );
    });
  }

  test("whatever is typed, it is read or refused as a usage error", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(...Object.keys(OPTIONS).map((name) => `--${name}`), "--", "-", "--no-record"),
      fc.constantFrom("__proto__", "--__proto__=1", "--constructor", "--a.b=c", "-vvv", "-o5"),
    );
    let refusals = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        try {
          parse(...args);
        } catch (error) {
          assert.ok(error instanceof CommandError, `${JSON.stringify(args)}: ${String(error)}`);
          assert.doesNotMatch(error.message, /[\x00-\x1f\x7f-\x9f]/);
          refusals++;
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
    assert.ok(refusals > 0);
  });
});
