/** S-10: the tables of PS3.4 H.4, and what is said about them in words. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { elementByTag } from "../../../src/dictionary/elements.ts";
import {
  COLOR_IMAGE_BOX,
  FILM_BOX,
  FILM_SESSION,
  GRAYSCALE_IMAGE_BOX,
  PRESENTATION_LUT,
  PRINT_JOB,
  PRINTER,
  printOperation,
} from "../../../src/observe/service/print_attributes.ts";
import { played, type Step } from "../../support/scripted_association.ts";
import {
  createSession,
  deleteSession,
  printing,
  SESSION_DATA,
  setImage,
} from "../../support/violations_print.ts";

const TABLES: readonly (readonly [command: string, sopClass: string])[] = [
  ["N-CREATE-RQ", FILM_SESSION],
  ["N-CREATE-RQ", FILM_BOX],
  ["N-SET-RQ", GRAYSCALE_IMAGE_BOX],
  ["N-SET-RQ", COLOR_IMAGE_BOX],
  ["N-CREATE-RQ", PRESENTATION_LUT],
  ["N-GET-RSP", PRINTER],
  ["N-GET-RSP", PRINT_JOB],
];

describe("attributes of Print Management", () => {
  test("S-10 have the names and tags of PS3.6", () => {
    let count = 0;
    for (const [command, sopClass] of TABLES) {
      const operation = printOperation(command, sopClass);
      assert.ok(operation !== undefined, `${command} ${sopClass}`);
      assert.match(operation.section, /^PS3\.4 H\.4\.\d[\d.]*$/);
      for (const { tag, keyword, scu, scp } of operation.attributes) {
        assert.equal(elementByTag(tag)?.keyword, keyword);
        assert.ok(["M", "U", "-"].includes(scu) && ["M", "U", "MC"].includes(scp), keyword);
        count++;
      }
    }
    console.log(`S-10: ${count} attributes in ${TABLES.length} tables`);
  });

  test("S-10 of the film session are those of Table H.4-2", () => {
    const usage = printOperation("N-CREATE-RQ", FILM_SESSION)?.attributes.map(
      ({ keyword, scu, scp }) => `${keyword} ${scu}/${scp}`,
    );
    assert.deepEqual(usage, [
      "NumberOfCopies U/M",
      "PrintPriority U/M",
      "MediumType U/M",
      "FilmDestination U/M",
      "FilmSessionLabel U/U",
      "MemoryAllocation U/U",
      "OwnerID U/U",
      "ProposedStudySequence U/U",
    ]);
  });
});

describe("a film session in words", () => {
  function texts(...steps: readonly (readonly Step[])[]): string[] {
    return played(printing(...steps)).findings.map(({ severity, text }) => `${severity}: ${text}`);
  }

  test("S-10 what the SCU leaves out, the printer chooses", () => {
    const { NumberOfCopies, ...rest } = SESSION_DATA;
    assert.deepEqual(texts(createSession({ id: 1, data: rest }), deleteSession(2)), [
      "note: The film session leaves to the printer: how many copies (Number of Copies)",
    ]);
    assert.deepEqual(texts(createSession({ id: 1, data: {} }), deleteSession(2)), [
      "note: The film session leaves to the printer: how many copies (Number of Copies), how urgent (Print Priority), on what (Medium Type), where to (Film Destination)",
    ]);
    assert.deepEqual(texts(createSession({ id: 1, data: undefined }), deleteSession(2)), [
      "note: The film session leaves to the printer: how many copies (Number of Copies), how urgent (Print Priority), on what (Medium Type), where to (Film Destination)",
    ]);
  });

  test("S-10 the three answers to Memory Allocation", () => {
    const data = { ...SESSION_DATA, MemoryAllocation: "100" };
    const answer = (status: number) =>
      texts(createSession({ id: 1, status, data }), deleteSession(2))[0];
    assert.match(answer(0xb600) ?? "", /^note: .*the film session is created all the same$/);
    assert.match(answer(0x0106) ?? "", /^note: .*can not be provided; ask for less/);
    assert.match(answer(0x0213) ?? "", /^note: .*temporarily .* it may work later$/);
  });

  test("S-10 a session that was refused is not open; the end of the association deletes one that is", () => {
    assert.deepEqual(texts(createSession({ id: 1, status: 0x0110 })), []);
    assert.deepEqual(texts(createSession({ id: 1 })), [
      'note: Film session "2.25.100" was still open: the end of the association deletes it, as N-DELETE does',
    ]);
  });

  test("S-10 octets that were not seen may have held anything", () => {
    const gap: Step = { gap: "requestor", length: 0 };
    const { findings } = played(
      printing(createSession({ id: 1 }), [gap], createSession({ id: 2 }), setImage({ id: 3 })),
    );
    assert.deepEqual(
      findings.map(({ id }) => id),
      ["octets-not-recorded"],
    );
  });
});
