/** Every element of PS3.7 Table E.1-1: its VR, its VM, its place, in a message that has it. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  COMMAND_ELEMENTS,
  type CommandElementEntry,
} from "../../../src/dimse/command_dictionary.ts";
import { COMMAND_FIELDS, type CommandName, isResponse } from "../../../src/dimse/command_field.ts";
import { MESSAGE_FIELDS } from "../../../src/observe/message_fields.ts";
import { COMMAND, LAST, pDataBytes } from "../../support/dimse_stream.ts";
import { concat } from "../../support/event_log.ts";
import { FIND, idsOf, played } from "../../support/scripted_association.ts";

const CURRENT = COMMAND_ELEMENTS.filter(({ retired }) => !retired);

/** What there is about requests without answers, and about this data set that never comes. */
const ASIDE = new Set([
  "request-unanswered",
  "request-role",
  "event-role",
  "response-to-nothing",
  "cancel-of-nothing",
  "data-set-required",
  "suboperations-remaining",
  "pdv-odd-fragment",
]);

describe("elements of PS3.7 Table E.1-1", () => {
  test("S-04 each is read in a message that has it, and nothing is found", () => {
    for (const entry of CURRENT) assert.deepEqual(rulesOf(entry, {}), [], entry.keyword);
  });

  test("S-04 each with a wrong length, too many values, in a wrong place or twice is found", () => {
    let found = 0;
    for (const entry of CURRENT) {
      const { keyword, vr, vm, tag } = entry;
      const isNumber = vr === "US" || vr === "UL" || vr === "AT";
      // (0000,0000) and CommandField say how to read the rest
      if (isNumber && tag !== 0) {
        const wrong = rulesOf(entry, { value: new Uint8Array(vr === "US" ? 6 : 2) });
        assert.ok(wrong.includes("command-unreadable"), `${keyword} of a wrong length: ${wrong}`);
        found++;
      }
      if (!isNumber && vm === "1") {
        const two = rulesOf(entry, { value: octets(vr === "UI" ? "1.2\\1.3\0" : "AB\\CD ") });
        const rule = vr === "UI" ? "command-uid" : "command-element-value";
        assert.ok(two.includes(rule), `${keyword} with two values: ${two}`);
        const long = rulesOf(entry, { value: octets("1".repeat(66)) });
        assert.ok(long.includes(rule), `${keyword} of 66 characters: ${long}`);
        found += 2;
      }
      const odd = rulesOf(entry, { value: octets(isNumber ? "\0" : "A") });
      assert.ok(odd.includes("command-element-odd-length"), `${keyword} of an odd length: ${odd}`);
      if (tag !== 0) {
        const twice = rulesOf(entry, { twice: true });
        assert.deepEqual(twice, ["command-element-order"], `${keyword} twice`);
        const last = rulesOf(entry, { last: true });
        const isLast = lastOf(entry) === tag;
        assert.deepEqual(last, isLast ? [] : ["command-element-order"], `${keyword} last`);
        found += 2;
      }
      found++;
    }
    console.log(`S-04: ${CURRENT.length} elements of Table E.1-1, ${found} violations found`);
  });

  test("S-04 a group length that is wrong by any number of octets is found", () => {
    const entry = CURRENT.find(({ keyword }) => keyword === "MessageID") as CommandElementEntry;
    for (const by of [-40, -2, -1, 1, 2, 40, 4_000_000]) {
      assert.deepEqual(rulesOf(entry, { groupLength: by }), ["command-group-length"], `by ${by}`);
    }
  });
});

interface Change {
  /** Instead of a right one. */
  readonly value?: Uint8Array;
  readonly twice?: boolean;
  /** Behind all others. */
  readonly last?: boolean;
  /** Added to the right one. */
  readonly groupLength?: number;
}

function rulesOf(entry: CommandElementEntry, change: Change): string[] {
  const name = messageWith(entry.keyword);
  const sender = isResponse(COMMAND_FIELDS.get(name) ?? 0) ? "acceptor" : "requestor";
  const bytes = commandSetOf(name, { entry, change });
  const observed = played({ steps: [[sender, pDataBytes([5, COMMAND | LAST, bytes])]] });
  return idsOf(observed).filter((id) => !ASIDE.has(id));
}

/** A message without a data set that may have the element. */
function messageWith(keyword: string): CommandName {
  for (const [name, { due, dataSet }] of MESSAGE_FIELDS) {
    if (due.has(keyword) && dataSet !== "required") return name;
  }
  // Priority, Move Destination and Originator: their messages have data sets
  const found = [...MESSAGE_FIELDS].find(([, { due }]) => due.has(keyword));
  return found?.[0] ?? "C-ECHO-RQ";
}

function keywordsOf(name: CommandName, keyword: string): CommandElementEntry[] {
  const fields = MESSAGE_FIELDS.get(name);
  const pair = keyword.startsWith("MoveOriginator")
    ? ["MoveOriginatorApplicationEntityTitle", "MoveOriginatorMessageID"]
    : [keyword];
  return CURRENT.filter(
    (one) => pair.includes(one.keyword) || fields?.required.includes(one.keyword),
  );
}

function lastOf({ keyword }: CommandElementEntry): number | undefined {
  return keywordsOf(messageWith(keyword), keyword).at(-1)?.tag;
}

function commandSetOf(
  name: CommandName,
  { entry, change }: { entry: CommandElementEntry; change: Change },
): Uint8Array {
  const parts: Uint8Array[] = [];
  let moved: Uint8Array | undefined;
  for (const one of keywordsOf(name, entry.keyword)) {
    if (one.tag === 0) continue;
    const isIt = one.tag === entry.tag;
    const bytes = element(one.tag, (isIt ? change.value : undefined) ?? rightValue(one, name));
    if (isIt && change.last) moved = bytes;
    else parts.push(...(isIt && change.twice ? [bytes, bytes] : [bytes]));
  }
  const rest = concat([...parts, ...(moved === undefined ? [] : [moved])]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, rest.length + (change.groupLength ?? 0), true);
  const own = entry.tag === 0 ? change.value : undefined;
  return concat([element(0, own ?? length), rest]);
}

function element(tag: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(2, tag, true);
  view.setUint32(4, value.length, true);
  return concat([head, value]);
}

function rightValue({ keyword, vr }: CommandElementEntry, name: CommandName): Uint8Array {
  switch (keyword) {
    case "CommandField":
      return u16(COMMAND_FIELDS.get(name) ?? 0);
    case "CommandDataSetType":
      return u16(0x0101);
    case "Status":
      return u16(0x0110);
    case "AffectedSOPClassUID":
    case "RequestedSOPClassUID":
      return octets(`${FIND}\0`);
  }
  if (vr === "US") return u16(1);
  if (vr === "AT") return Uint8Array.of(0x10, 0, 0x20, 0);
  return octets(vr === "UI" ? "2.25.1" : "AB");
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}
