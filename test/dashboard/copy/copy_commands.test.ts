import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "vitest";
import type { ElementNode } from "../../../src/dashboard/api_types.ts";
import { copyCommands } from "../../../src/dashboard/copy/copy_commands.ts";
import { identifierKeys } from "../../../src/dashboard/copy/identifier_keys.ts";
import { shellCommand } from "../../../src/dashboard/copy/shell_quote.ts";
import type { MessageJson } from "../../../src/observe/summary.ts";
import { associationJson } from "../../support/dashboard.ts";

const HOSTILE = [
  "$(touch /tmp/owned)",
  "`id`",
  "'; rm -rf ~; '",
  '"quoted"',
  "a\\b",
  "a b\tc",
  "*?[x]",
  "",
  "-rf",
  "!history",
  "~root",
  "ä€😀",
];

function message(changes: Partial<MessageJson>): MessageJson {
  return {
    kind: "message",
    association: 1,
    index: 0,
    sender: "requestor",
    at_ms: 0,
    duration_ms: 0,
    context_id: 1,
    command: "C-ECHO-RQ",
    message_id: 1,
    status: null,
    abstract_syntax: "1.2.840.10008.1.1",
    command_set: {},
    data_set: null,
    pdus: 1,
    responds_to: null,
    complete: true,
    ...changes,
  };
}

function node(keyword: string, value: string | null, more: Partial<ElementNode> = {}): ElementNode {
  const place = { tag: "00100010", vr: "PN", offset: 0, length: 0, words: null, masked: false };
  return { ...place, keyword, value, ...more };
}

describe("shellCommand()", () => {
  test("P-04 is taken by a shell as the very words, whatever came from the wire", () => {
    const words = ["printf", "%s\\n", ...HOSTILE];
    const printed = execFileSync("/bin/sh", ["-c", shellCommand(words)], { encoding: "utf8" });
    const expected = HOSTILE.map((word) => word.replace("\t", "\\t"));
    assert.deepEqual(printed.slice(0, -1).split("\n"), expected);
    console.log(`P-04: ${HOSTILE.length} hostile words, all taken literally`);
  });

  test("P-15 has no character that a terminal acts on", () => {
    const text = shellCommand(["a\u001b[2Jb", "c\nd", "e\u202ef", "\u0007"]);
    assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u);
  });
});

describe("identifierKeys()", () => {
  test("says elements, items and empty keys as findscu takes them", () => {
    const step = [node("Modality", "CT"), node("ScheduledProcedureStepStartDate", "")];
    const keys = identifierKeys([
      node("SpecificCharacterSet", "ISO_IR 100"),
      node("PatientID", "12*"),
      node("PatientName", ""),
      node("ScheduledProcedureStepSequence", null, { items: [{ elements: step }] }),
      node("ReferencedStudySequence", null, { items: [] }),
      node("", "private"),
    ]);
    assert.deepEqual(keys, {
      keys: [
        "PatientID=12*",
        "PatientName",
        "ScheduledProcedureStepSequence[0].Modality=CT",
        "ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate",
        "ReferencedStudySequence",
      ],
      masked: false,
      left: 1,
    });
  });
});

describe("copyCommands()", () => {
  const association = associationJson(1, { acceptor: { address: "[::1]:11112" } });
  const texts = (changes: Partial<MessageJson>, elements: readonly ElementNode[] = []) =>
    copyCommands(association, { message: message(changes), elements }).map(({ text }) => text);

  test("gives DCMTK, send and replay for what was asked", () => {
    assert.deepEqual(texts({}), [
      "echoscu -aet STORESCU -aec ANY-SCP ::1 11112",
      "dicomtap send c-echo --calling STORESCU --called ANY-SCP --to '[::1]:11112'",
      "dicomtap replay scu selection.dcap --to '[::1]:11112'",
    ]);
    const [find, send] = texts(
      {
        command: "C-FIND-RQ",
        command_set: { AffectedSOPClassUID: "1.2.840.10008.5.1.4.1.2.2.1" },
      },
      [node("QueryRetrieveLevel", "STUDY"), node("PatientName", "DOE^J*")],
    );
    assert.match(
      find ?? "",
      /^findscu -S .* -k QueryRetrieveLevel=STUDY -k 'PatientName=DOE\^J\*' ::1 11112$/,
    );
    assert.match(send ?? "", /^dicomtap send c-find QueryRetrieveLevel=STUDY /);
    const data_set = {
      transfer_syntax: "1.2.840.10008.1.2.4.90",
      length: 1,
      sha256: null,
      complete: true,
    };
    const [store] = texts({ command: "C-STORE-RQ", data_set });
    assert.match(store ?? "", /^storescu -xv .* ::1 11112 image\.dcm$/);
    // Whatever an acceptor names as one.
    const [odd] = texts({
      command: "C-STORE-RQ",
      data_set: { ...data_set, transfer_syntax: "constructor" },
    });
    assert.match(odd ?? "", /^storescu -aet [^()]* ::1 11112 image\.dcm$/);
    const [move] = texts({
      command: "C-MOVE-RQ",
      command_set: {
        AffectedSOPClassUID: "1.2.840.10008.5.1.4.1.2.1.2",
        MoveDestination: "WS1",
      },
    });
    assert.match(move ?? "", /^movescu -P -aem WS1 /);
    const [action] = texts({
      command: "N-ACTION-RQ",
      command_set: { RequestedSOPClassUID: "1.2.840.10008.1.20.1", ActionTypeID: 1 },
      data_set,
    });
    assert.match(action ?? "", /--class 1\.2\.840\.10008\.1\.20\.1 --action 1 --data data\.dcm/);
  });

  test("says when values are masked", () => {
    const command_set = { AffectedSOPClassUID: "1.2.840.10008.5.1.4.31" };
    const elements = [node("PatientID", "***", { masked: true })];
    const request = { message: message({ command: "C-FIND-RQ", command_set }), elements };
    const [find] = copyCommands(association, request);
    assert.match(find?.note ?? "", /masked/);
  });
});
