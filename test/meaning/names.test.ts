import assert from "node:assert/strict";
import { test } from "vitest";
import { className, syntaxName } from "../../src/meaning/names.ts";

test("className() and syntaxName() take any UID for no more than its text", () => {
  assert.equal(className("1.2.840.10008.3.1.2.3.3"), "MPPS");
  assert.equal(syntaxName("1.2.840.10008.1.2"), "implicit VR");
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.equal(className(name), name);
    assert.equal(syntaxName(`1.2.840.10008.1.2.${name}`), `1.2.840.10008.1.2.${name}`);
  }
});
