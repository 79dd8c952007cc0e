import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { RecordedInstance } from "../../../../../replay/scp/service/archive/recorded_instance.ts";
import { batches, storeWay } from "../../../../../replay/scp/service/retrieve/store_contexts.ts";
import { SubOperations } from "../../../../../replay/scp/service/retrieve/sub_operations.ts";
import { DataSet } from "../../../../../src/dataset/data_set.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const JPEG = "1.2.840.10008.1.2.4.50";

function instance(sopClassUid: string, transferSyntax: string): RecordedInstance {
  const dataSet = {
    transferSyntax,
    length: 0,
    complete: true,
    octets: async function* () {},
    read: () => new DataSet([]),
  };
  return { sopClassUid, sopInstanceUid: "2.25.1", dataSet };
}

const agreed = (id: number, abstractSyntax: string, transferSyntax: string | undefined) => ({
  id,
  abstractSyntax,
  transferSyntax,
  result: transferSyntax === undefined ? 4 : 0,
  roles: { scu: true, scp: false },
});

describe("batches", () => {
  test("propose the recorded transfer syntax alone, others beside it, 128 contexts at most", () => {
    const [one] = batches([instance("1.2.3", IMPLICIT), instance("1.2.3", JPEG)]);
    assert.deepEqual(one?.proposals, [
      { abstractSyntax: "1.2.3", transferSyntaxes: [IMPLICIT] },
      { abstractSyntax: "1.2.3", transferSyntaxes: [EXPLICIT] },
      { abstractSyntax: "1.2.3", transferSyntaxes: [JPEG] },
    ]);
    const many = Array.from({ length: 150 }, (_, at) => instance(`1.2.${at}`, EXPLICIT));
    const all = [...batches([...many, ...many])];
    assert.deepEqual(
      all.map(({ proposals }) => proposals.length),
      [128, 128, 128, 128, 88],
    );
    assert.equal(all.flatMap(({ instances }) => instances).length, 300);
  });
});

describe("storeWay", () => {
  test("takes the context with the same syntax, else one that it can be written in", () => {
    const contexts = [
      agreed(1, "1.2.3", undefined),
      agreed(3, "1.2.3", EXPLICIT),
      agreed(5, "1.2.3", IMPLICIT),
      agreed(7, "1.2.4", JPEG),
    ];
    assert.equal(storeWay(instance("1.2.3", IMPLICIT), contexts)?.context.id, 5);
    assert.equal(storeWay(instance("1.2.3", "1.2.840.10008.1.2.2"), contexts)?.context.id, 3);
    assert.equal(storeWay(instance("1.2.3", JPEG), contexts), undefined);
    assert.equal(storeWay(instance("1.2.4", JPEG), contexts)?.context.id, 7);
    assert.equal(storeWay(instance("1.2.4", EXPLICIT), contexts), undefined);
    assert.equal(storeWay(instance("1.2.9", EXPLICIT), contexts), undefined);
  });
});

describe("SubOperations", () => {
  const final = (...results: ("completed" | "warning" | "failed")[]) => {
    const counted = new SubOperations(results.length);
    for (const [at, result] of results.entries()) counted.count(result, `2.25.${at}`);
    return counted.final();
  };

  test("end with 0000H, B000H or A702H (PS3.4 C.4.2.3.1, Table C.4-2)", () => {
    assert.equal(final().status, 0x0000);
    assert.equal(final("completed", "completed").status, 0x0000);
    assert.equal(final("completed", "failed").status, 0xb000);
    assert.equal(final("completed", "warning").status, 0xb000);
    assert.equal(final("failed", "failed").status, 0xa702);
  });

  test("list what failed, and the rest where it was canceled", () => {
    const { dataSet, values } = final("failed", "completed", "failed");
    assert.ok(dataSet instanceof DataSet);
    assert.deepEqual(dataSet.strings("FailedSOPInstanceUIDList"), ["2.25.0", "2.25.2"]);
    assert.equal(values?.["NumberOfRemainingSuboperations"], undefined);
    const counted = new SubOperations(5);
    counted.count("completed", "2.25.1");
    const canceled = counted.canceled();
    assert.equal(canceled.status, 0xfe00);
    assert.equal(canceled.values?.["NumberOfRemainingSuboperations"], 4);
    assert.equal(canceled.dataSet, undefined);
  });

  test("count up to what US can hold; a list has 65,534 octets at most", () => {
    const counted = new SubOperations(70_000);
    assert.equal(counted.pending().values?.["NumberOfRemainingSuboperations"], 0xffff);
    for (let at = 0; at < 70_000; at++) counted.count("failed", `2.25.${100_000 + at}`);
    const { dataSet, values } = counted.final();
    assert.equal(values?.["NumberOfFailedSuboperations"], 0xffff);
    const element = dataSet instanceof DataSet ? dataSet.element(0x00080058) : undefined;
    assert.ok(element?.kind === "value" && element.bytes.length <= 0xfffe);
  });
});
