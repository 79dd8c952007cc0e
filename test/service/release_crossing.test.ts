import { describe, test } from "vitest";
import { openAssociation } from "../../src/service/open_association.ts";
import { serveAssociations } from "../../src/service/serve_associations.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";

const COMMITMENT = "1.2.840.10008.1.20.1";

describe("ServiceUser", () => {
  test("a request that crosses its release is left unanswered, and the release goes on", async () => {
    const server = await serveAssociations({
      port: 0,
      supported: [COMMITMENT],
      perform: {},
      accepted: (user) => {
        const event = { operation: "N-EVENT-REPORT", sopClass: COMMITMENT } as const;
        const asked = { ...event, sopInstanceUid: "1.2.840.10008.1.20.1.1", eventTypeId: 1 };
        user
          .invoke(asked)
          .final()
          .catch(() => undefined);
      },
    });
    let released: Promise<void> | undefined;
    let began = (): void => undefined;
    const beginning = new Promise<void>((resolve) => {
      began = resolve;
    });
    const release = (_request: unknown, own: ServiceUser): { status: number } => {
      released = own.release();
      began();
      return { status: 0x0000 }; // too late: A-RELEASE-RQ is on its way (PS3.8 9.2, Sta7)
    };
    const user = await openAssociation({
      host: "127.0.0.1",
      port: server.port,
      contexts: [COMMITMENT],
      perform: { "N-EVENT-REPORT": release },
    });
    await beginning;
    await released;
    await user.ended();
    await server.close();
  });
});
