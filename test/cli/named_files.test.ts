/** Files that options and operands name, and that are not what they should be. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { run } from "../../src/cli/main.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { FileSource } from "../../src/io/file_source.ts";
import { inProcess } from "../support/in_process.ts";

/** Self-signed, of a key that is thrown away. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUXtow1y+wwoKUCs8r9jrPTlA+d2MwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE2MTM1NloYDzIxMjYxMDI5
MTYxMzU2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATr3pvVlrWn6G5y4JwU3CC6HoAN6kESCEH1ALnasx83RflvhzGJITgl
UlqDeRj0I7SDjkUcUFrzvO6E1FZF+2fRo1MwUTAdBgNVHQ4EFgQUuh5dbFfu9moz
klHVuG+P4KbHt0MwHwYDVR0jBBgwFoAUuh5dbFfu9mozklHVuG+P4KbHt0MwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAjtfIReLmGqC0WQ5O7oW7
/BwOSmW5jYVn6CgtRTWytd8CIQDDG4/Tc+OyqlPQKKXVkXfXC74FdVzIL9EbWSqX
FnB15Q==
-----END CERTIFICATE-----
`;

const folder = mkdtempSync(join(tmpdir(), "dicomtap-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const dicomtap = (...args: string[]) => inProcess((context) => run(args, context));

describe("files of options", () => {
  const cert = file("cert.pem", CERTIFICATE);
  const key = file(
    "key.pem",
    generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    }).privateKey,
  );
  const text = file("note.txt", "neither\n");
  const dashboard = ["dashboard", dayCapturePath(), "--listen", "0"];
  const tls = (certPath: string, keyPath: string) => [
    ...dashboard,
    ...["--dashboard-cert", certPath, "--dashboard-key", keyPath],
  ];
  const none = join(folder, "none");
  const refused: [string, string[], RegExp][] = [
    ["--config", ["proxy", "--config", folder], /--config: .*directory/],
    ["--config", ["proxy", "--config", none], /--config: Cannot find .*none/],
    ["--dashboard-auth", [...dashboard, "--dashboard-auth", none], /-auth: Cannot find .*none/],
    ["--dashboard-cert", tls(text, key), /-cert: .*note\.txt has no certificate/],
    ["--dashboard-key", tls(cert, text), /-key: .*note\.txt has no private key/],
    ["--dashboard-key", tls(cert, key), /-key does not belong to .*-cert/],
    ["the capture", ["dashboard"], /CAPTURE is missing/],
    [
      "--data",
      ["send", "n-create", "--class", "BasicFilmSession", "--data", folder, "--to", "1"],
      /Cannot use .*: it is a directory/,
    ],
  ];
  for (const [option, args, words] of refused) {
    test(`${option} is refused in words: ${words.source}`, async () => {
      const { code, err } = await dicomtap(...args);
      assert.equal(code, 2, err);
      assert.match(err, words);
      // The name of the folder is of chance, and may look like a code.
      assert.doesNotMatch(err.replaceAll(folder, ""), /E[A-Z]{4,}:|routines|fault of dicomtap/);
    });
  }

  test("a key and its certificate may stand in one file", async () => {
    const both = (name: string, ...parts: string[]) => file(name, `${parts.join("")}\n`);
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "sec1", format: "pem" },
    });
    for (const path of [
      both("key_first.pem", privateKey, CERTIFICATE),
      both("certificate_first.pem", "of localhost\n", CERTIFICATE, privateKey),
    ]) {
      const { code, err } = await dicomtap(...tls(path, path));
      assert.equal(code, 2);
      // Both are read: this key is of another certificate.
      assert.match(err, /-key does not belong to .*-cert/);
    }
  });

  test("no control characters of a name reach the terminal (P-15)", async () => {
    const odd = join(folder, "odd\x1b[2J");
    mkdirSync(odd);
    for (const args of [
      ["show", odd],
      ["verify", odd],
      ["replay", "scu", dayCapturePath(), "--to", "1", "--uids", file("\x1b[2J.csv", "x\n")],
      ["dashboard", "--new-token", "\x1b[2J"],
      [...dashboard, "--dashboard-auth", file("\x1b[2J.txt", "x\n")],
    ]) {
      const { code, err } = await dicomtap(...args);
      assert.equal(code, 2, err);
      assert.match(err, /\\x1b\[2J/);
      assert.doesNotMatch(err, /\x1b/);
    }
  });

  test("dashboard --new-token --json prints one object", async () => {
    const { code, out, err } = await dicomtap("dashboard", "--new-token", "anna:viewer", "--json");
    assert.equal(code, 0);
    const { token, line, ...rest } = JSON.parse(out);
    assert.deepEqual(rest, { event: "token", name: "anna", role: "viewer" });
    assert.match(line, /^anna viewer sha256:[0-9a-f]{64}$/);
    assert.ok(token.length > 20);
    assert.equal(err, "");
  });
});

describe("captures among which one is none", () => {
  const captures = join(folder, "captures");
  mkdirSync(join(captures, "c.dcap"), { recursive: true });
  writeFileSync(join(captures, "a.dcap"), "neither\n");
  cpSync(dayCapturePath(), join(captures, "b.dcap"));
  cpSync(dayCapturePath(), join(captures, "d.dcap"));

  test("show shows the others, names it, and says 1", async () => {
    for (const args of [["--json"], ["--story"], ["-v"], []]) {
      const { code, out, err } = await dicomtap("show", captures, ...args);
      assert.equal(code, 1);
      assert.match(err, /a\.dcap: Cannot read as a capture: the file looks like text/);
      assert.match(err, /c\.dcap: Cannot read as a capture: it is no plain file/);
      assert.match(out, /CT1/);
      if (args[0] === "--json") assert.equal(out.match(/"kind":"association"/g)?.length, 28);
    }
  });

  test("a file whose disk fails costs no other, and is named", async () => {
    const broken = join(captures, "b.dcap");
    // No disk can be made to fail: reading from an open file throws an error that names none.
    const { readInto } = FileSource.prototype;
    FileSource.prototype.readInto = function (this: FileSource, ...where) {
      if (this.path !== broken) return readInto.apply(this, where);
      throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" });
    };
    try {
      const shown = await dicomtap("show", broken, join(captures, "d.dcap"));
      assert.equal(shown.code, 1, shown.err);
      assert.match(shown.out, /CT1/);
      assert.match(
        shown.err,
        /Cannot read .*b\.dcap: the disk or the network failed\nTry again, or/,
      );
      const alone = await dicomtap("show", broken);
      assert.equal(alone.code, 2, alone.err);
      assert.match(alone.err, /Cannot read .*b\.dcap: the disk or the network failed/);
      const checked = await dicomtap("verify", broken, join(captures, "d.dcap"));
      assert.equal(checked.code, 1, checked.err);
      assert.match(checked.out, /b\.dcap: Cannot read .*b\.dcap: the disk or the network failed\n/);
      assert.match(checked.out, /d\.dcap: sound/);
    } finally {
      FileSource.prototype.readInto = readInto;
    }
  });

  test("a directory in place of a capture is named, by show, verify and diff", async () => {
    const directory = join(captures, "c.dcap");
    for (const [command, code] of [
      ["show", 2],
      ["verify", 2],
    ] as const) {
      const told = await dicomtap(command, directory);
      assert.equal(told.code, code, told.err);
      assert.match(told.err, /There is no capture in .*c\.dcap/);
    }
    const { code, err } = await dicomtap("diff", dayCapturePath(), join(folder, "none.dcap"));
    assert.equal(code, 2);
    assert.match(err, /Cannot find .*none\.dcap/);
    assert.doesNotMatch(err, /ENOENT/);
  });

  test("show without a word to tell a story of says so", async () => {
    const { code, err } = await dicomtap("show", "--story", dayCapturePath(), "~rj");
    assert.equal(code, 0);
    assert.match(err, /Nothing was exchanged/);
  });
});
