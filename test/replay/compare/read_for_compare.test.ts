import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readAtHand, readForCompare } from "../../../replay/compare/read_for_compare.ts";
import { EXPLICIT_LITTLE } from "../../../src/dataset/transfer_syntax.ts";
import { explicit, join } from "../../support/data_set_bytes.ts";
import { cut } from "../rewrite/recorded_octets.ts";

const HEAD = join(explicit(0x00080018, "UI", "2.25.1"), explicit(0x00100010, "PN", "Doe^Jane"));
const PIXELS = explicit(0x7fe00010, "OW", new Uint8Array(300_000).fill(7));
const BEHIND = explicit(0xfffcfffc, "OB", [0, 0]);

describe("readAtHand()", () => {
  test.each([
    { what: "pixels at the end", octets: join(HEAD, PIXELS), isPart: true },
    { what: "an element behind the pixels", octets: join(HEAD, PIXELS, BEHIND), isPart: false },
    { what: "no pixels", octets: HEAD, isPart: false },
    {
      what: "pixels that are cut off",
      octets: join(HEAD, PIXELS.slice(0, 200_000)),
      isPart: false,
    },
    { what: "nothing", octets: new Uint8Array(0), isPart: false },
  ])("gives the same as octets that come, of $what", async ({ octets, isPart }) => {
    for (const hashes of [false, true]) {
      let given = 0;
      const pieces = function* (): Generator<Uint8Array> {
        for (let at = 0; at < octets.length; at += 1000) {
          const piece = octets.slice(at, at + 1000);
          given += piece.length;
          yield piece;
          piece.fill(0xff);
        }
      };
      const syntax = EXPLICIT_LITTLE.uid;
      const read = await readAtHand(pieces(), { syntax, length: octets.length, hashes });
      assert.deepEqual(read, await readForCompare(cut(octets, 1000), syntax, { hashes }));
      assert.equal(given, isPart && !hashes ? 1000 : octets.length);
      assert.ok(read.held <= 2000, `${read.held} octets held`);
    }
  });

  test.each([false, true])("lets others have their turn, hashes: %s", async (hashes) => {
    const header = explicit(0x7fe00010, "OW", []);
    const pixels = new Uint8Array(16 * 2 ** 20);
    pixels.set(header);
    new DataView(pixels.buffer).setUint32(8, pixels.length - header.length, true);
    let [given, most] = [0, 0];
    const pieces = function* (): Generator<Uint8Array> {
      for (const part of [HEAD, pixels, BEHIND]) {
        for (let at = 0; at < part.length; at += 2 ** 20) {
          given += 2 ** 20;
          most = Math.max(most, given);
          yield part.subarray(at, at + 2 ** 20);
        }
      }
    };
    let isOver = false;
    const turn = (): void => {
      given = 0;
      if (!isOver) setImmediate(turn);
    };
    turn();
    const syntax = EXPLICIT_LITTLE.uid;
    const length = HEAD.length + pixels.length + BEHIND.length;
    const read = await readAtHand(pieces(), { syntax, length, hashes });
    isOver = true;
    assert.equal(read.length, length);
    assert.ok(most <= 6 * 2 ** 20, `${most} octets in one go`);
  });
});
