import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type CommandName, commandField } from "../../src/dimse/command_field.ts";
import { readCommandSet } from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { type Exchange, ExchangeTracker } from "../../src/dimse/exchange.ts";
import type { Message } from "../../src/dimse/message.ts";
import type { Role } from "../../src/role.ts";

describe("ExchangeTracker", () => {
  test("pairs a request with all its responses, and tells times", () => {
    const scene = new Scene();
    const request = scene.play("requestor", "C-FIND-RQ", { id: 1 });
    scene.play("acceptor", "C-FIND-RSP", { to: 1, status: 0xff00 });
    scene.play("acceptor", "C-FIND-RSP", { to: 1, status: 0xff01 });
    assert.equal(scene.ended.length, 0);
    const final = scene.play("acceptor", "C-FIND-RSP", { to: 1, status: 0 });
    const [exchange] = scene.ended;
    assert.equal(exchange?.index, request.index);
    assert.equal(exchange?.responses, 3);
    assert.equal(exchange?.response, final.index);
    assert.equal(exchange?.status, 0);
    assert.equal(exchange?.state, "final");
    assert.deepEqual(
      [exchange?.at, exchange?.sentAt, exchange?.firstResponseAt, exchange?.lastResponseAt],
      [0, 5, 10, 35],
    );
  });

  test("keeps several outstanding requests apart, whatever the order of the answers", () => {
    const scene = new Scene();
    for (const id of [1, 2, 3]) scene.play("requestor", "C-STORE-RQ", { id });
    assert.equal(scene.tracker.outstanding("requestor"), 3);
    for (const to of [2, 3, 1]) scene.play("acceptor", "C-STORE-RSP", { to, status: 0 });
    assert.deepEqual(
      scene.ended.map(({ messageId }) => messageId),
      [2, 3, 1],
    );
    assert.equal(scene.tracker.outstanding("requestor"), 0);
  });

  test("pairs C-STORE sub-operations of a C-GET that come from the acceptor", () => {
    const scene = new Scene();
    scene.play("requestor", "C-GET-RQ", { id: 1 });
    scene.play("acceptor", "C-STORE-RQ", { id: 1, context: 3 });
    const answer = scene.play("requestor", "C-STORE-RSP", { to: 1, status: 0, context: 3 });
    assert.equal(scene.ended[0]?.command, "C-STORE-RQ");
    assert.equal(scene.ended[0]?.invoker, "acceptor");
    assert.equal(scene.ended[0]?.response, answer.index);
    scene.play("acceptor", "C-GET-RSP", { to: 1, status: 0 });
    assert.equal(scene.ended[1]?.command, "C-GET-RQ");
  });

  test("C-CANCEL-RQ refers to its own sender's request, also a late one", () => {
    const scene = new Scene();
    scene.play("requestor", "C-FIND-RQ", { id: 4 });
    const cancel = scene.start("requestor", "C-CANCEL-RQ", { to: 4 });
    assert.equal(cancel.kind, "cancel");
    assert.ok(cancel.kind === "cancel" && !cancel.afterFinal);
    scene.play("acceptor", "C-FIND-RSP", { to: 4, status: 0xfe00 });
    assert.equal(scene.ended[0]?.canceledBy, 1);
    assert.equal(scene.ended[0]?.status, 0xfe00);
    const late = scene.start("requestor", "C-CANCEL-RQ", { to: 4 });
    assert.ok(late.kind === "cancel" && late.afterFinal);
    assert.equal(scene.start("acceptor", "C-CANCEL-RQ", { to: 4 }).kind, "cancel of nothing");
  });

  test("tells responses to nothing, behind the final one, and on another context", () => {
    const scene = new Scene();
    assert.equal(
      scene.start("acceptor", "C-ECHO-RSP", { to: 1, status: 0 }).kind,
      "response to nothing",
    );
    scene.play("requestor", "C-ECHO-RQ", { id: 1 });
    const elsewhere = scene.start("acceptor", "C-ECHO-RSP", { to: 1, status: 0, context: 3 });
    assert.ok(elsewhere.kind === "response" && elsewhere.otherContext && !elsewhere.afterFinal);
    const again = scene.start("acceptor", "C-ECHO-RSP", { to: 1, status: 0 });
    assert.ok(again.kind === "response" && again.afterFinal);
    // the answer of an AE to its own request is none
    scene.play("requestor", "C-ECHO-RQ", { id: 2 });
    assert.equal(
      scene.start("requestor", "C-ECHO-RSP", { to: 2, status: 0 }).kind,
      "response to nothing",
    );
  });

  test("a Message ID may be used again when it was answered, not before", () => {
    const scene = new Scene();
    scene.play("requestor", "C-ECHO-RQ", { id: 1 });
    scene.play("acceptor", "C-ECHO-RSP", { to: 1, status: 0 });
    const free = scene.start("requestor", "C-ECHO-RQ", { id: 1 });
    assert.ok(free.kind === "request" && !free.reusedId);
    const taken = scene.start("requestor", "C-ECHO-RQ", { id: 1 });
    assert.ok(taken.kind === "request" && taken.reusedId);
    assert.equal(scene.ended.at(-1)?.state, "unanswered");
  });

  test("end() leaves what is outstanding unanswered", () => {
    const scene = new Scene();
    scene.play("requestor", "C-ECHO-RQ", { id: 1 });
    scene.play("requestor", "C-FIND-RQ", { id: 2 });
    scene.play("acceptor", "C-FIND-RSP", { to: 2, status: 0xff00 });
    scene.tracker.end();
    assert.deepEqual(
      scene.ended.map(({ messageId, state, responses }) => [messageId, state, responses]),
      [
        [1, "unanswered", 0],
        [2, "unanswered", 1],
      ],
    );
  });

  test("a message without Command Field is unpaired; without Message ID it is a request", () => {
    const scene = new Scene();
    assert.equal(scene.start("requestor", undefined, {}).kind, "unpaired");
    assert.equal(scene.start("requestor", "C-ECHO-RQ", {}).kind, "request");
  });

  test("gives the oldest request up when too many are outstanding", () => {
    const scene = new Scene(4);
    for (let id = 0; id < 10; id++) scene.play("requestor", "C-ECHO-RQ", { id });
    assert.equal(scene.tracker.outstanding("requestor"), 4);
    assert.deepEqual(
      scene.ended.map(({ messageId }) => messageId),
      [0, 1, 2, 3, 4, 5],
    );
  });

  test("a request that is answered before its data set is whole ends with the response", () => {
    const scene = new Scene();
    const request = scene.message("requestor", "C-STORE-RQ", { id: 1 });
    scene.tracker.started(request);
    scene.play("acceptor", "C-STORE-RSP", { to: 1, status: 0xa700 });
    assert.equal(scene.ended[0]?.state, "final");
    scene.tracker.ended({ ...request, lastAt: 99 });
    assert.equal(scene.ended[0]?.sentAt, 99);
  });
});

interface Fields {
  readonly id?: number;
  readonly to?: number;
  readonly status?: number;
  readonly context?: number;
}

/** Messages 10 microseconds apart, each 5 long. */
class Scene {
  readonly ended: Exchange[] = [];
  readonly tracker: ExchangeTracker;
  #index = 0;

  constructor(maxOutstanding = 100) {
    this.tracker = new ExchangeTracker(
      { exchangeEnded: (exchange) => this.ended.push(exchange) },
      { maxOutstanding },
    );
  }

  play(sender: Role, command: CommandName, fields: Fields): Message {
    const message = this.message(sender, command, fields);
    this.tracker.started(message);
    this.tracker.ended(message);
    return message;
  }

  start(sender: Role, command: CommandName | undefined, fields: Fields) {
    return this.tracker.started(this.message(sender, command, fields));
  }

  message(sender: Role, command: CommandName | undefined, fields: Fields): Message {
    const index = this.#index++;
    const commandBytes = encodeCommandSet({
      ...(command === undefined ? {} : { CommandField: commandField(command) }),
      ...(fields.id === undefined ? {} : { MessageID: fields.id }),
      ...(fields.to === undefined ? {} : { MessageIDBeingRespondedTo: fields.to }),
      ...(fields.status === undefined ? {} : { Status: fields.status }),
    });
    return {
      index,
      sender,
      contextId: fields.context ?? 1,
      at: 10 * index,
      commandAt: 10 * index,
      lastAt: 10 * index + 5,
      offset: 0,
      endOffset: 0,
      pdus: 1,
      command: command ?? "unknown",
      commandField: command === undefined ? undefined : commandField(command),
      commandSet: readCommandSet(commandBytes),
      commandBytes,
      dataSet: undefined,
      dataSetAnnounced: false,
      complete: true,
      undecodable: false,
      problems: [],
    };
  }
}
