import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  COMMAND_FIELDS,
  commandField,
  commandFieldName,
  commandName,
  isResponse,
  responseField,
} from "../../src/dimse/command_field.ts";

describe("Command Field", () => {
  test("has the 23 messages of Table E.1-1, and a response for each request but C-CANCEL-RQ", () => {
    assert.equal(COMMAND_FIELDS.size, 23);
    for (const [name, field] of COMMAND_FIELDS) {
      assert.equal(commandName(field), name);
      assert.equal(commandField(name), field);
      assert.equal(isResponse(field), name.endsWith("-RSP"));
      const response = responseField(field);
      const due =
        name === "C-CANCEL-RQ" || isResponse(field) ? undefined : name.replace("RQ", "RSP");
      assert.equal(response === undefined ? undefined : commandName(response), due);
    }
  });

  test("commandFieldName() never fails", () => {
    for (let field = 0; field <= 0xffff; field++) assert.match(commandFieldName(field), /^[\w-]+$/);
    assert.equal(commandFieldName(0x0160), "0160H");
  });
});
