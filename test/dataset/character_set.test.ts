import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  characterSet,
  decodeText,
  encodeText,
  splitValues,
} from "../../src/dataset/character_set.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import { makeOctets } from "../../src/dataset/make_element.ts";

/** ASCII with `\xhh` octets and `<ESC>`, as the Annexes of PS3.5 print values. */
function octets(text: string): Uint8Array {
  const plain = text
    .replaceAll("<ESC>", "\x1b")
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

/** Specific Character Set, octets of a name, text. */
const NAMES: readonly (readonly [string, string, string, string])[] = [
  ["none (6.1.2.1)", "", "Doe^John", "Doe^John"],
  ["ISO_IR 100", "ISO_IR 100", "Buc^J\\xe9r\\xf4me", "Buc^Jérôme"],
  ["ISO_IR 101", "ISO_IR 101", "Wa\\xb3\\xeasa", "Wałęsa"],
  ["ISO_IR 109", "ISO_IR 109", "\\xa1amrun \\xe6ajt", "Ħamrun ĉajt"],
  ["ISO_IR 110", "ISO_IR 110", "\\xb6\\xa6", "ļĻ"],
  ["ISO_IR 144", "ISO_IR 144", "\\xbb\\xee\\xda\\x63\\x65\\xdc\\xd1\\x79\\xe0\\xd3", "Люкceмбyрг"],
  [
    "ISO_IR 127",
    "ISO_IR 127",
    "\\xe2\\xc8\\xc7\\xe6\\xea^\\xe4\\xe6\\xd2\\xc7\\xd1",
    "قباني^لنزار",
  ],
  ["ISO_IR 126", "ISO_IR 126", "\\xc4\\xe9\\xef\\xed\\xf5\\xf3\\xe9\\xef\\xf2", "Διονυσιος"],
  ["ISO_IR 138", "ISO_IR 138", "\\xf9\\xf8\\xe5\\xef^\\xe3\\xe1\\xe5\\xf8\\xe4", "שרון^דבורה"],
  ["ISO_IR 148", "ISO_IR 148", "\\xc7avu\\xfeo\\xf0lu", "Çavuşoğlu"],
  ["ISO_IR 203", "ISO_IR 203", "\\xbduvre \\xa4", "œuvre €"],
  ["ISO_IR 13 (H.3.2)", "ISO_IR 13", "\\xd4\\xcf\\xc0\\xde^\\xc0\\xdb\\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"],
  ["ISO_IR 166", "ISO_IR 166", "\\xb9\\xd2\\xc1\\xca\\xa1\\xd8\\xc5", "นามสกุล"],
  [
    "ISO_IR 192 (J.1)",
    "ISO_IR 192",
    "Wang^XiaoDong=\\xe7\\x8e\\x8b^\\xe5\\xb0\\x8f\\xe6\\x9d\\xb1=",
    "Wang^XiaoDong=王^小東=",
  ],
  [
    "GB18030 (J.2)",
    "GB18030",
    "Wang^XiaoDong=\\xcd\\xf5^\\xd0\\xa1\\xb6\\xab=",
    "Wang^XiaoDong=王^小东=",
  ],
  ["GBK (J.3)", "GBK", "Wang^XiaoDong=\\xcd\\xf5^\\xd0\\xa1\\xb6\\xab=", "Wang^XiaoDong=王^小东="],
  [
    "ISO 2022 IR 87 (H.3.1)",
    "\\ISO 2022 IR 87",
    "Yamada^Tarou=<ESC>$B;3ED<ESC>(B^<ESC>$BB@O:<ESC>(B=<ESC>$B$d$^$@<ESC>(B^<ESC>$B$?$m$&<ESC>(B",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
  ],
  [
    "ISO 2022 IR 13 and 87 (H.3.2)",
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "\\xd4\\xcf\\xc0\\xde^\\xc0\\xdb\\xb3=<ESC>$B;3ED<ESC>(J^<ESC>$BB@O:<ESC>(J=<ESC>$B$d$^$@<ESC>(J^<ESC>$B$?$m$&<ESC>(J",
    "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
  ],
  ["ISO 2022 IR 159", "\\ISO 2022 IR 159", "<ESC>$(D\\x30\\x21<ESC>(B", "丂"],
  [
    "ISO 2022 IR 149 (I.2)",
    "\\ISO 2022 IR 149",
    "Hong^Gildong=<ESC>$)C\\xfb\\xf3^<ESC>$)C\\xd1\\xce\\xd4\\xd7=<ESC>$)C\\xc8\\xab^<ESC>$)C\\xb1\\xe6\\xb5\\xbf",
    "Hong^Gildong=洪^吉洞=홍^길동",
  ],
  [
    "ISO 2022 IR 58 (K.2)",
    "\\ISO 2022 IR 58",
    "Zhang^XiaoDong=<ESC>$)A\\xd5\\xc5^<ESC>$)A\\xd0\\xa1\\xb6\\xab=",
    "Zhang^XiaoDong=张^小东=",
  ],
  [
    "ISO 2022 IR 100 with IR 144 and 126",
    "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126",
    "J\\xe9r\\xf4me=<ESC>-L\\xbb\\xee\\xda=<ESC>-F\\xc4\\xe9\\xef",
    "Jérôme=Люк=Διο",
  ],
];

function nameOf(terms: string, bytes: Uint8Array): string | undefined {
  const declared = octets(terms);
  const elements = [makeOctets(0x00100010, bytes, "PN")];
  if (terms !== "") elements.unshift(makeOctets(0x00080005, declared, "CS"));
  return new DataSet(elements).text("PatientName");
}

describe("D-12: names of PS3.5 Annexes H to K and PS3.3 C.12.1.1.2", () => {
  for (const [name, terms, bytes, text] of NAMES) {
    test(name, () => {
      assert.deepEqual(characterSet(terms.split("\\")).unknown, []);
      assert.equal(nameOf(terms, octets(bytes)), text);
    });
  }

  test("D-12: all of them", () => {
    const right = NAMES.filter(([, terms, bytes, text]) => nameOf(terms, octets(bytes)) === text);
    console.log(`D-12: ${right.length} of ${NAMES.length} character sets`);
    assert.equal(right.length, NAMES.length);
  });
});

describe("decodeText()", () => {
  test("D-12: replaces what a character set does not have, and never fails", () => {
    const every = Uint8Array.from({ length: 256 }, (_, at) => at);
    const sets = [
      [],
      ["ISO_IR 6"],
      ["ISO_IR 192"],
      ["GB18030"],
      ["", "ISO 2022 IR 87"],
      ["nonsense"],
    ];
    for (const terms of sets) {
      const text = decodeText(every, characterSet(terms));
      assert.ok(text.includes("ABC") && text.includes("\ufffd"), terms.join("\\"));
    }
    assert.equal(decodeText(octets("A\\xe9"), characterSet([])), "A\ufffd");
    assert.equal(decodeText(octets("A\\xff"), characterSet(["ISO_IR 192"])), "A\ufffd");
    assert.equal(decodeText(octets("<ESC>%zA"), characterSet(["", "ISO 2022 IR 87"])), "\ufffd%zA");
    assert.equal(decodeText(octets("<ESC>$B;"), characterSet(["", "ISO 2022 IR 87"])), "\ufffd");
    assert.deepEqual(characterSet(["nonsense", "ISO_IR 87"]).unknown, ["nonsense", "ISO_IR 87"]);
  });

  test("knows no term by a name that every object has", () => {
    for (const term of ["constructor", "__proto__", "toString"]) {
      const second = characterSet(["", "ISO 2022 IR 58", term]);
      assert.deepEqual([second.unknown, second.assumed], [[term], "IR 58"]);
      const first = characterSet([term]);
      assert.deepEqual([first.unknown, first.encoding], [[term], "ISO 2022"]);
    }
  });

  test("goes back to the first set at delimiters, line ends and tabs (6.1.2.5.3)", () => {
    const korean = characterSet(["", "ISO 2022 IR 149", "ISO 2022 IR 58"]);
    const bytes = octets("<ESC>$)C\\xb1\\xe6\\x0d\\x0a\\xb1\\xe6");
    assert.equal(decodeText(bytes, korean), "길\r\n\ufffd\ufffd");
    const name = octets("<ESC>$)C\\xb1\\xe6^\\xb1\\xe6");
    assert.equal(decodeText(name, korean, { delimiters: "PN" }), "길^\ufffd\ufffd");
    assert.equal(decodeText(name, korean), "길^길");
  });

  test("reads octets without their escape sequence in the one set that can be meant (K)", () => {
    const bytes = octets("Zhang^San=\\xd5\\xc5^\\xc8\\xfd");
    const meant = "Zhang^San=张^三";
    const one = [
      "ISO 2022 IR 58",
      "\\ISO 2022 IR 58",
      "ISO 2022 IR 6\\ISO 2022 IR 58",
      "\\ISO 2022 IR 87\\ISO 2022 IR 58",
      "ISO_IR 58",
      "GB2312",
    ];
    for (const terms of one) assert.equal(nameOf(terms, bytes), meant, terms);
    assert.equal(nameOf("\\ISO 2022 IR 149", octets("\\xb1\\xe6^\\xb1\\xe6")), "길^길");
    assert.equal(nameOf("\\ISO 2022 IR 100", octets("J\\xe9r\\xf4me")), "Jérôme");
    const unclear = ["", "ISO_IR 6", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149\\ISO 2022 IR 58"];
    for (const terms of unclear) {
      const replaced = "Zhang^San=\ufffd\ufffd^\ufffd\ufffd";
      assert.equal(nameOf(terms, bytes), replaced, terms);
    }
    const western = octets("\\xe9=<ESC>$)A\\xd5\\xc5");
    assert.equal(nameOf("ISO 2022 IR 100\\ISO 2022 IR 58", western), "é=张");
    assert.equal(encodeText("张", characterSet(["ISO 2022 IR 58"])), undefined);
    assert.equal(encodeText("é", characterSet(["", "ISO 2022 IR 100"])), undefined);
  });

  test("is the same on every runtime for all double-byte characters", () => {
    const sets = [
      ["<ESC>$B", 0, "ISO 2022 IR 87"],
      ["<ESC>$(D", 0, "ISO 2022 IR 159"],
      ["<ESC>$)C", 0x80, "ISO 2022 IR 149"],
      ["<ESC>$)A", 0x80, "ISO 2022 IR 58"],
    ] as const;
    const hashes: string[] = [];
    for (const [escapes, high, term] of sets) {
      const set = characterSet(["", term]);
      let hash = 0x811c9dc5;
      for (let first = 0x21; first < 0x7f; first++) {
        for (let second = 0x21; second < 0x7f; second++) {
          const pair = Uint8Array.of(...octets(escapes), first + high, second + high);
          for (const one of `${decodeText(pair, set)}|`) {
            hash = Math.imul(hash ^ (one.codePointAt(0) ?? 0), 0x01000193) >>> 0;
          }
        }
      }
      hashes.push(hash.toString(16));
    }
    assert.deepEqual(hashes, ["478e8187", "914a624e", "9a0af360", "8ca187ed"]);
  });
});

describe("splitValues()", () => {
  test("leaves 5CH alone where it is half of a character", () => {
    const gb = characterSet(["GB18030"]);
    const values = splitValues(octets("\\x81\\x5c\\x5cA"), gb).map((value) =>
      decodeText(value, gb),
    );
    assert.deepEqual(values, ["乗", "A"]);
    const japanese = characterSet(["", "ISO 2022 IR 87"]);
    const bytes = octets("<ESC>$B\\x30\\x5c<ESC>(B\\x5cB");
    const kanji = splitValues(bytes, japanese).map((value) => decodeText(value, japanese));
    assert.equal(kanji.length, 2);
    assert.equal(kanji[1], "B");
  });

  test("separates values of single-byte sets", () => {
    const set = characterSet(["ISO_IR 100"]);
    assert.deepEqual(
      splitValues(octets("a\\x5c\\x5cb"), set).map((value) => value.length),
      [1, 0, 1],
    );
  });
});

describe("encodeText()", () => {
  test("is the inverse for sets without code extensions", () => {
    for (const [, terms, bytes] of NAMES.slice(0, 14)) {
      const set = characterSet(terms === "" ? [] : terms.split("\\"));
      if (set.encoding === "ISO 2022" && set.initial.g0 === "IR 13") continue;
      assert.deepEqual(encodeText(decodeText(octets(bytes), set), set), octets(bytes), terms);
    }
  });

  test("refuses what the set does not have", () => {
    assert.equal(encodeText("é", characterSet([])), undefined);
    assert.equal(encodeText("王", characterSet(["ISO_IR 100"])), undefined);
    assert.equal(encodeText("王", characterSet(["GB18030"])), undefined);
  });
});
