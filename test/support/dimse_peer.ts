/**
 * dcmjs-dimse as a partner: an SCU that sends normalized requests, and an SCP that answers each with
 * Success. Another program's DIMSE-N than our own.
 */
import dimse from "dcmjs-dimse";
import { freePort } from "./ports.ts";
import type { Scope } from "./process.ts";

const { Client, Dataset, Scp, Server } = dimse;
const {
  NActionRequest,
  NCreateRequest,
  NDeleteRequest,
  NEventReportRequest,
  NGetRequest,
  NSetRequest,
} = dimse.requests;

export type Attributes = Readonly<Record<string, unknown>>;

/** One request: the command, its SOP class and instance, its data. */
export interface Asked {
  readonly command: "N-CREATE" | "N-SET" | "N-GET" | "N-ACTION" | "N-DELETE" | "N-EVENT-REPORT";
  readonly sopClass: string;
  readonly instance: string;
  /** Action Type ID or Event Type ID. */
  readonly type?: number;
  readonly data?: Attributes;
}

/** Sends them on one association, in order; the statuses that came back. */
export function ask(
  asked: readonly Asked[],
  { port, calling, called }: { port: number; calling: string; called: string },
): Promise<number[]> {
  dimse.log.setLevel("silent");
  return new Promise((resolve, reject) => {
    const client = new Client();
    const statuses: number[] = [];
    for (const one of asked) {
      const request = requestOf(one);
      if (one.data !== undefined) request.setDataset(new Dataset({ ...one.data }, EXPLICIT));
      request.on("response", (response: { getStatus(): number }) => {
        statuses.push(response.getStatus());
      });
      client.addRequest(request);
    }
    client.on("networkError", reject);
    client.on("closed", () => resolve(statuses));
    client.send("127.0.0.1", port, calling, called);
  });
}

/** What an SCP adds to its responses, by command: `{ "N-GET": { ... } }`. */
export type Answers = Readonly<Partial<Record<Asked["command"], Attributes>>>;

/** An SCP that accepts every context and answers all DIMSE-N with Success; `heard` counts them. */
export async function startDimseScp(
  scope: Scope,
  answers: Answers = {},
): Promise<{ readonly port: number; readonly heard: readonly string[] }> {
  dimse.log.setLevel("silent");
  const heard: string[] = [];
  const { responses, constants } = dimse;
  const answer = (command: Asked["command"], response: InstanceType<typeof responses.Response>) => {
    heard.push(command);
    response.setStatus(constants.Status.Success);
    const data = answers[command];
    if (data !== undefined) response.setDataset(new Dataset({ ...data }, EXPLICIT));
    return response;
  };
  class AnswersAll extends Scp {
    override associationRequested(association: dimse.association.Association): void {
      for (const { id } of association.getPresentationContexts()) {
        const context = association.getPresentationContext(id);
        const [syntax = EXPLICIT] = context.getTransferSyntaxUids();
        context.setResult(constants.PresentationContextResult.Accept, syntax);
      }
      (this as unknown as { sendAssociationAccept(): void }).sendAssociationAccept();
    }
    override associationReleaseRequested(): void {
      (
        this as unknown as { sendAssociationReleaseResponse(): void }
      ).sendAssociationReleaseResponse();
    }
    override nCreateRequest(request: never, callback: (response: never) => void): void {
      callback(answer("N-CREATE", responses.NCreateResponse.fromRequest(request)) as never);
    }
    override nSetRequest(request: never, callback: (response: never) => void): void {
      callback(answer("N-SET", responses.NSetResponse.fromRequest(request)) as never);
    }
    override nGetRequest(request: never, callback: (response: never) => void): void {
      callback(answer("N-GET", responses.NGetResponse.fromRequest(request)) as never);
    }
    override nActionRequest(request: never, callback: (response: never) => void): void {
      callback(answer("N-ACTION", responses.NActionResponse.fromRequest(request)) as never);
    }
    override nDeleteRequest(request: never, callback: (response: never) => void): void {
      callback(answer("N-DELETE", responses.NDeleteResponse.fromRequest(request)) as never);
    }
    override nEventReportRequest(request: never, callback: (response: never) => void): void {
      callback(
        answer("N-EVENT-REPORT", responses.NEventReportResponse.fromRequest(request)) as never,
      );
    }
  }
  const server = new Server(AnswersAll);
  const port = await freePort();
  server.listen(port);
  scope.defer(() => server.close());
  return { port, heard };
}

const EXPLICIT = "1.2.840.10008.1.2.1";

function requestOf({ command, sopClass, instance, type = 1 }: Asked) {
  switch (command) {
    case "N-CREATE":
      return new NCreateRequest(sopClass, instance);
    case "N-SET":
      return new NSetRequest(sopClass, instance);
    case "N-GET":
      return new NGetRequest(sopClass, instance, []);
    case "N-ACTION":
      return new NActionRequest(sopClass, instance, type);
    case "N-DELETE":
      return new NDeleteRequest(sopClass, instance);
    case "N-EVENT-REPORT":
      return new NEventReportRequest(sopClass, instance, type);
    default:
      return command satisfies never;
  }
}
