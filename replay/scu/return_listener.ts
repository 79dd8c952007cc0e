/**
 * Where associations come in that the other side makes because of ours: the C-STOREs of a C-MOVE to us
 * and N-EVENT-REPORTs. One listener serves the whole run.
 *
 * Rule: contexts are accepted as they were; where the recording has none like it, in the usual transfer
 * syntaxes, else in the first proposed: what arrives is compared, not kept.
 */

import type { AssociationServer } from "../../src/io/accept_associations.ts";
import {
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
} from "../../src/io/implementation.ts";
import { PLAIN } from "../../src/service/open_association.ts";
import { operation } from "../../src/service/operation.ts";
import { serveAssociations } from "../../src/service/serve_associations.ts";
import type { Answer, PerformRequest } from "../../src/service/service_message.ts";
import { proposedContexts, userInformation } from "../../src/ul/associate_view.ts";
import { associateAc, type ContextProposal } from "../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq } from "../../src/ul/pdu.ts";
import { uidOf } from "../../src/ul/uid_text.ts";
import type { RecordedAssociation } from "../recorded.ts";
import type { ExpectedRequests } from "./expected_requests.ts";
import { everything } from "./open_live.ts";
import type { Run } from "./options.ts";

export class ReturnListener implements AsyncDisposable {
  /** What is expected now, of each repetition that is played. */
  readonly #expected = new Set<ExpectedRequests>();
  readonly #recorded = new Set<RecordedAssociation>();
  readonly #server: AssociationServer;

  private constructor(server: AssociationServer, shared: Shared) {
    this.#server = server;
    this.#expected = shared.expected;
    this.#recorded = shared.recorded;
  }

  /** Rejects with a `ListenError`. */
  static async open(
    { host, port }: { readonly host?: string; readonly port: number },
    run: Run,
  ): Promise<ReturnListener> {
    const shared: Shared = { expected: new Set(), recorded: new Set() };
    const server = await serveAssociations({
      ...(host !== undefined && { host }),
      port,
      acseTimeout: run.options.acseTimeout ?? 30_000,
      dimseTimeout: run.options.dimseTimeout ?? 60_000,
      idleTimeout: run.options.dimseTimeout ?? 60_000,
      answer: (request) => answerTo(request, shared.recorded),
      ...(run.recorder !== undefined && { tap: () => run.recorder?.connection("acceptor").tap }),
      perform: everything((request) => perform(request, shared, run)),
    });
    return new ReturnListener(server, shared);
  }

  get port(): number {
    return this.#server.port;
  }

  /** From now on these recorded associations of the peer may come again. */
  expect(expected: ExpectedRequests, associations: readonly RecordedAssociation[]): void {
    this.#expected.add(expected);
    for (const association of associations) {
      this.#recorded.add(association);
      expected.expect(association, "requestor");
    }
  }

  forget(expected: ExpectedRequests): void {
    this.#expected.delete(expected);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}

interface Shared {
  readonly expected: Set<ExpectedRequests>;
  readonly recorded: Set<RecordedAssociation>;
}

async function perform(request: PerformRequest, { expected }: Shared, run: Run): Promise<Answer> {
  const { request: command } = operation(request.operation);
  const all = [...expected];
  const found =
    all.find((one) => one.expects(command, request.sopInstanceUid ?? "")) ??
    all.find((one) => one.expects(command, undefined)) ??
    all[0];
  if (found !== undefined) return await found.answer(request, undefined);
  run.warn(`The other side sent a ${command} when nothing was played`);
  return { status: 0x0000 };
}

function answerTo(request: AAssociateRq, recorded: Iterable<RecordedAssociation>): AAssociateAc {
  const contexts = [...recorded].flatMap((association) => association.contexts);
  const roles = new Map(
    userInformation(request).roleSelections.map(({ sopClassUid, scuRole, scpRole }) => [
      uidOf(sopClassUid),
      { scu: scuRole === 1, scp: scpRole === 1 },
    ]),
  );
  const supported = proposedContexts(request).map((proposed): ContextProposal => {
    const { abstractSyntax = "", transferSyntaxes } = proposed;
    const were = contexts
      .filter((context) => context.abstractSyntax === abstractSyntax)
      .map(({ transferSyntax }) => transferSyntax);
    const taken =
      transferSyntaxes.find((uid) => were.includes(uid)) ??
      transferSyntaxes.find((uid) => PLAIN.includes(uid)) ??
      transferSyntaxes[0];
    const role = roles.get(abstractSyntax);
    return {
      abstractSyntax,
      transferSyntaxes: taken === undefined ? [] : [taken],
      ...(role !== undefined && { roles: role }),
    };
  });
  return associateAc(request, {
    supported,
    introduction: {
      maximumLength: MAXIMUM_LENGTH,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    },
  });
}

/** Octets of a P-DATA-TF that we are ready to receive: images come. */
const MAXIMUM_LENGTH = 131_072;
