import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import type { ReplayScpOptions } from "../../../../../replay/scp/options.ts";
import { commitmentReport } from "../../../../../replay/scp/service/commitment/commitment_report.ts";
import type { DataSet } from "../../../../../src/dataset/data_set.ts";
import { assigned } from "../../../../../src/service/assignments.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import { serveAssociations } from "../../../../../src/service/serve_associations.ts";
import type { PerformRequest } from "../../../../../src/service/service_message.ts";
import type { ServiceUser } from "../../../../../src/service/service_user.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { ask, at, hex, recordedPacs, whilePlaying } from "../recorded_pacs.ts";

const COMMITMENT = "1.2.840.10008.1.20.1";
const WELL_KNOWN = "1.2.840.10008.1.20.1.1";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const MR = "1.2.840.10008.5.1.4.1.1.4";

/** An instance to commit: SOP class and UID. */
type Item = readonly [sopClass: string, uid: string];

interface Told {
  readonly eventType: unknown;
  readonly dataSet: DataSet;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
}

describe("CommitmentResponder (PS3.4 J.3)", () => {
  const scope = new Scope();
  let capture: string;

  beforeFirst(async () => {
    // The second CT failed, and every MR.
    capture = await recordedPacs({
      scope,
      contexts: [COMMITMENT],
      perform: {
        "N-ACTION": (_request, user) => {
          setTimeout(() => {
            const failed = "FailedSOPSequence";
            const dataSet = assigned([
              "TransactionUID=2.25.900",
              "RetrieveAETitle=ARCHIVE",
              ...references("ReferencedSOPSequence", [[CT, "2.25.901"]]),
              ...references(failed, [
                [CT, "2.25.902"],
                [MR, "2.25.903"],
              ]),
              `${failed}[0].FailureReason=274`,
              `${failed}[1].FailureReason=290`,
            ]);
            const event = { operation: "N-EVENT-REPORT", sopClass: COMMITMENT } as const;
            const sopInstanceUid = WELL_KNOWN;
            user.invoke({ ...event, sopInstanceUid, eventTypeId: 2, dataSet });
          }, 0);
          return { status: 0x0000 };
        },
      },
      work: async (user) => {
        const items: readonly Item[] = [
          [CT, "2.25.901"],
          [CT, "2.25.902"],
          [MR, "2.25.903"],
        ];
        await commit(user, { transaction: "2.25.900", items });
        await told.next();
      },
      open: { perform: { "N-EVENT-REPORT": (request, user) => told.take(request, user) } },
    });
  });
  afterAll(() => scope.close());

  const told = new Inbox();

  function references(sequence: string, items: readonly Item[]): string[] {
    return items.flatMap(([sopClass, uid], index) => [
      `${sequence}[${index}].ReferencedSOPClassUID=${sopClass}`,
      `${sequence}[${index}].ReferencedSOPInstanceUID=${uid}`,
    ]);
  }

  async function commit(
    user: ServiceUser,
    { transaction, items }: { readonly transaction: string; readonly items: readonly Item[] },
  ): Promise<void> {
    const { status } = await ask(
      user,
      { operation: "N-ACTION", sopClass: COMMITMENT, sopInstanceUid: WELL_KNOWN, actionTypeId: 1 },
      [`TransactionUID=${transaction}`, ...references("ReferencedSOPSequence", items)],
    );
    assert.equal(hex(status), "0000");
  }

  /** What is told of a live request: on its association, or by a listener for others. */
  async function reported(
    options: Partial<ReplayScpOptions>,
    items: readonly Item[],
    leaves = false,
  ): Promise<{ readonly event: Told; readonly anew: boolean }> {
    const inbox = new Inbox();
    let anew = false;
    const listener = await serveAssociations({
      port: 0,
      supported: [
        {
          abstractSyntax: COMMITMENT,
          transferSyntaxes: ["1.2.840.10008.1.2"],
          roles: { scu: false, scp: true },
        },
      ],
      perform: {
        "N-EVENT-REPORT": (request, user) => {
          anew = true;
          return inbox.take(request, user);
        },
      },
    });
    const eventDestinations = options.eventDestinations ?? { SCU: { port: listener.port } };
    let event: Told | undefined;
    await whilePlaying({ captures: [capture], ...options, eventDestinations }, async ({ port }) => {
      const user = await openAssociation({
        ...at(port),
        contexts: [COMMITMENT],
        // One that leaves would refuse it too, should it come before that.
        ...(!leaves && {
          perform: { "N-EVENT-REPORT": (request, own) => inbox.take(request, own) },
        }),
      });
      await commit(user, { transaction: "2.25.7000", items });
      if (leaves) user.abort();
      event = await inbox.next();
      if (!leaves) await user.release();
    });
    await listener.close();
    assert.ok(event !== undefined);
    return { event, anew };
  }

  const instances = (dataSet: DataSet, sequence: string) =>
    dataSet.items(sequence).map((item) => item.text("ReferencedSOPInstanceUID"));

  test("reports on the live instances, failures by place, on the same association", async () => {
    const { event, anew } = await reported({}, [
      [CT, "2.25.7001"],
      [CT, "2.25.7002"],
      [MR, "2.25.7003"],
    ]);
    assert.equal(anew, false);
    assert.equal(event.eventType, 2);
    const { dataSet } = event;
    assert.equal(dataSet.text("TransactionUID"), "2.25.7000");
    assert.equal(dataSet.text("RetrieveAETitle"), "ARCHIVE");
    assert.deepEqual(instances(dataSet, "ReferencedSOPSequence"), ["2.25.7001"]);
    assert.deepEqual(instances(dataSet, "FailedSOPSequence"), ["2.25.7002", "2.25.7003"]);
    const reasons = dataSet.items("FailedSOPSequence").map((item) => item.number("FailureReason"));
    assert.deepEqual(reasons, [0x0112, 0x0122]);
  });

  test("more instances, other classes: failures by class; all are in the report", async () => {
    const items: Item[] = [
      [MR, "2.25.7001"],
      [CT, "2.25.7002"],
      [CT, "2.25.7003"],
      [CT, "2.25.7004"],
      [MR, "2.25.7005"],
    ];
    const { event } = await reported({}, items);
    const committed = instances(event.dataSet, "ReferencedSOPSequence");
    const failed = instances(event.dataSet, "FailedSOPSequence");
    assert.deepEqual(failed, ["2.25.7001", "2.25.7002", "2.25.7005"]);
    assert.deepEqual(
      [...committed, ...failed].sort(),
      items.map(([, uid]) => uid),
    );
  });

  test("an instance that was stored in the place of a failed one has failed, at any place", () => {
    const request = assigned([
      "TransactionUID=2.25.900",
      ...references("ReferencedSOPSequence", [
        [CT, "2.25.901"],
        [CT, "2.25.902"],
      ]),
    ]);
    const report = assigned([
      ...references("FailedSOPSequence", [[CT, "2.25.902"]]),
      "FailedSOPSequence[0].FailureReason=274",
    ]);
    const live = assigned([
      "TransactionUID=2.25.7000",
      ...references("ReferencedSOPSequence", [
        [CT, "2.25.7002"],
        [CT, "2.25.7001"],
      ]),
    ]);
    const recordedOf = (uid: string) => uid.replace("2.25.700", "2.25.90");
    const dataSet = commitmentReport(live, { request, report, recordedOf })?.dataSet;
    assert.ok(dataSet !== undefined);
    assert.deepEqual(instances(dataSet, "FailedSOPSequence"), ["2.25.7002"]);
    assert.deepEqual(instances(dataSet, "ReferencedSOPSequence"), ["2.25.7001"]);
  });

  test("Event Type 1 where none of them failed", async () => {
    const { event } = await reported({}, [[CT, "2.25.7001"]]);
    assert.equal(event.eventType, 1);
    assert.equal(event.dataSet.has("FailedSOPSequence"), false);
  });

  test("--event new: on an association of its own, as SCP", async () => {
    const { event, anew } = await reported({ event: "new" }, [[CT, "2.25.7001"]]);
    assert.equal(anew, true);
    assert.deepEqual([event.callingAeTitle, event.calledAeTitle], ["PACS", "SCU"]);
  });

  test("the SCU has left: on an association of its own", async () => {
    const { anew } = await reported({ eventDelay: 50 }, [[CT, "2.25.7001"]], true);
    assert.equal(anew, true);
  });

  test("without a destination: a warning that says which option names it", async () => {
    const warnings: string[] = [];
    let warned = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      warned = resolve;
    });
    const options: ReplayScpOptions = {
      captures: [capture],
      event: "new",
      onWarning: (text) => {
        warnings.push(text);
        warned();
      },
    };
    await whilePlaying(options, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [COMMITMENT] });
      await commit(user, { transaction: "2.25.7000", items: [[CT, "2.25.1"]] });
      await done;
    });
    assert.match(warnings.join(), /to "SCU": no such destination \(--event-dest AE=host:port\)/);
  });
});

/** N-EVENT-REPORTs as they come. */
class Inbox {
  readonly #told: Told[] = [];
  #wake: () => void = () => undefined;

  async take(request: PerformRequest, user: ServiceUser): Promise<{ status: number }> {
    const dataSet = await request.read();
    assert.ok(dataSet !== undefined);
    const eventType = request.values["EventTypeID"];
    const { callingAeTitle, calledAeTitle } = user.association.request;
    this.#told.push({ eventType, dataSet, callingAeTitle, calledAeTitle });
    this.#wake();
    return { status: 0x0000 };
  }

  async next(): Promise<Told> {
    for (;;) {
      const told = this.#told.shift();
      if (told !== undefined) return told;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
