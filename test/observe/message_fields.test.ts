/** S-04, S-12: every element of every message there, missing, empty and added. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { COMMAND_ELEMENTS, type CommandElementEntry } from "../../src/dimse/command_dictionary.ts";
import { COMMAND_FIELDS, type CommandName, isResponse } from "../../src/dimse/command_field.ts";
import type { CommandValue } from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { MESSAGE_FIELDS } from "../../src/observe/message_fields.ts";
import { COMMAND, LAST, pDataBytes } from "../support/dimse_stream.ts";
import { FIND, played, type Step } from "../support/scripted_association.ts";
import { dataSetOf } from "../support/service_data.ts";

/** What C-STORE and C-FIND of `FIND` have; nothing of it is wrong for the other messages. */
const DATA = dataSetOf({
  SOPClassUID: FIND,
  SOPInstanceUID: "2.25.1",
  QueryRetrieveLevel: "STUDY",
  StudyInstanceUID: "2.25.9",
});
const MESSAGES = [...MESSAGE_FIELDS];
const PAIRING = new Set([
  "response-to-nothing",
  "request-unanswered",
  "request-role",
  "event-role",
  "cancel-of-nothing",
  "suboperations-missing",
  "suboperations-remaining",
  "status-details",
]);

describe("required and forbidden command elements", () => {
  test("the table has a row for each of the 23 messages", () => {
    assert.deepEqual(MESSAGES.map(([name]) => name).sort(), [...COMMAND_FIELDS.keys()].sort());
  });

  test("S-04 a message with its required elements alone has no finding, nor with all allowed", () => {
    for (const [name, fields] of MESSAGES) {
      assert.deepEqual(findings(name, valuesOf(name, fields.required)), [], name);
      const all = [...fields.required, ...fields.allowed];
      assert.deepEqual(findings(name, valuesOf(name, all)), [], `${name} with all`);
    }
  });

  test("S-04 each required element removed or empty, each other one added, is found", () => {
    let rules = 0;
    for (const [name, fields] of MESSAGES) {
      const whole = valuesOf(name, fields.required);
      const due = new Set([...fields.required, ...fields.allowed]);
      for (const keyword of fields.required.filter(
        (required) => required !== "CommandGroupLength",
      )) {
        const { [keyword]: _, ...without } = whole;
        assert.deepEqual(ids(name, without), [missing(keyword)], `${name} without ${keyword}`);
        const empty = ids(name, { ...whole, [keyword]: null });
        assert.deepEqual(empty, [missing(keyword)], `${name} with empty ${keyword}`);
        rules += 2;
      }
      for (const entry of COMMAND_ELEMENTS.filter(({ keyword }) => !due.has(keyword))) {
        const found = ids(name, { ...whole, [entry.keyword]: someValue(entry) });
        const rule = ruleOfAdded(entry, due);
        assert.ok(found.includes(rule), `${name} with ${entry.keyword}: ${found}`);
        rules++;
      }
    }
    console.log(`S-04: ${rules} rules on ${MESSAGES.length} messages, all found`);
  });

  test("S-04 Affected and Requested mixed up are one finding each", () => {
    for (const [name, fields] of MESSAGES) {
      for (const keyword of fields.required.filter((required) =>
        /^(Affected|Requested)/.test(required),
      )) {
        const other = keyword.startsWith("Affected")
          ? keyword.replace("Affected", "Requested")
          : keyword.replace("Requested", "Affected");
        const { [keyword]: value, ...without } = valuesOf(name, fields.required);
        const found = ids(name, { ...without, [other]: value ?? null });
        assert.deepEqual(found, ["command-affected-requested"], `${name} with ${other}`);
      }
    }
  });

  test("S-12 the 22 retired elements are decoded and flagged", () => {
    const retired = COMMAND_ELEMENTS.filter((entry) => entry.retired);
    const flagged = retired.filter((entry) => {
      const fields = MESSAGE_FIELDS.get("C-ECHO-RQ");
      const values = {
        ...valuesOf("C-ECHO-RQ", fields?.required ?? []),
        [entry.keyword]: someValue(entry),
      };
      const { observed, found } = play("C-ECHO-RQ", values);
      const read = observed.messages[0]?.message.commandSet.values[entry.keyword];
      assert.deepEqual(read, someValue(entry), entry.keyword);
      return found.some(({ id }) => id === "command-element-retired");
    });
    console.log(`S-12: ${flagged.length} of ${retired.length} flagged`);
    assert.equal(flagged.length, 22);
  });
});

/** What the absence of this element breaks. */
function missing(keyword: string): string {
  return keyword === "CommandField" ? "command-field" : "command-required";
}

function ruleOfAdded(entry: CommandElementEntry, due: ReadonlySet<string>): string {
  if (entry.retired) return "command-element-retired";
  const { keyword } = entry;
  const other = keyword.startsWith("Affected")
    ? keyword.replace("Affected", "Requested")
    : keyword.replace("Requested", "Affected");
  return other !== keyword && due.has(other) ? "command-affected-requested" : "command-not-allowed";
}

/** Values for these keywords, with the data set that the message needs announced. */
function valuesOf(name: CommandName, keywords: readonly string[]): Record<string, CommandValue> {
  const use = MESSAGE_FIELDS.get(name)?.dataSet;
  const values: Record<string, CommandValue> = {};
  for (const entry of COMMAND_ELEMENTS) {
    if (entry.tag !== 0 && keywords.includes(entry.keyword))
      values[entry.keyword] = someValue(entry);
  }
  values["CommandField"] = COMMAND_FIELDS.get(name) ?? 0;
  values["CommandDataSetType"] = use === "required" ? 1 : 0x0101;
  return values;
}

function someValue(entry: CommandElementEntry): CommandValue {
  switch (entry.vr) {
    case "US":
    case "UL":
      return entry.vm === "1" ? 0 : [1];
    case "AT":
      return ["00100010"];
    case "UI": // the abstract syntax of the context that is used
      return entry.keyword.endsWith("ClassUID") ? FIND : "2.25.1";
    default:
      return "1";
  }
}

function ids(name: CommandName, values: Readonly<Record<string, CommandValue>>): string[] {
  return [...new Set(findings(name, values).map(({ id }) => id))];
}

function findings(name: CommandName, values: Readonly<Record<string, CommandValue>>) {
  return play(name, values).found;
}

/** The message alone: what follows from its request or answer being absent is left out. */
function play(name: CommandName, values: Readonly<Record<string, CommandValue>>) {
  const sender = isResponse(COMMAND_FIELDS.get(name) ?? 0) ? "acceptor" : "requestor";
  const steps: Step[] = [[sender, pDataBytes([5, COMMAND | LAST, encodeCommandSet(values)])]];
  if (values["CommandDataSetType"] === 1) steps.push([sender, pDataBytes([5, LAST, DATA])]);
  const observed = played({ steps });
  return { observed, found: observed.findings.filter(({ id }) => !PAIRING.has(id)) };
}
