import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Observed } from "../support/observed.ts";
import { played, playedWith } from "../support/scripted_association.ts";
import {
  COMMAND_SET_VIOLATIONS,
  EXCHANGE_VIOLATIONS,
  MESSAGE_VIOLATIONS,
} from "../support/violations_message.ts";
import { ANSWER_VIOLATIONS, DATA_SET_VIOLATIONS } from "../support/violations_service.ts";

const OF_CONTENT = [...COMMAND_SET_VIOLATIONS, ...ANSWER_VIOLATIONS];

describe("MessageWatch without checks", () => {
  test.each([...OF_CONTENT, ...DATA_SET_VIOLATIONS, ...MESSAGE_VIOLATIONS, ...EXCHANGE_VIOLATIONS])(
    "tells the same messages and exchanges: $rule, $name",
    ({ script }) => {
      assert.deepEqual(told(playedWith(script, { checksMessages: false })), told(played(script)));
    },
  );

  test("finds nothing wrong with the content of a message", () => {
    for (const { rule, script } of OF_CONTENT) {
      const { findings } = playedWith(script, { checksMessages: false });
      assert.deepEqual(
        findings.filter(({ id }) => id === rule),
        [],
        rule,
      );
    }
  });
});

function told({ observer, messages, exchanges, pdus }: Observed) {
  const { findings: _, ...summary } = observer.summary();
  return {
    summary,
    pdus: pdus.length,
    messages: messages.map(({ message, context, respondsTo }) => [
      message,
      context?.id,
      respondsTo,
    ]),
    exchanges,
  };
}
