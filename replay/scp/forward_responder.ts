/**
 * Asks another application, the real PACS, what no recording answers (`--forward`), and passes its
 * answers on: data sets octet by octet, sub-operations of a C-GET and event reports the other way.
 *
 * Rule: to the one address that is told, under the AE titles of the live requestor. One association
 * there for each live one, opened at the first request that needs it, proposing each accepted context
 * with its transfer syntax, so that nothing is re-encoded.
 * Rule: a C-CANCEL-RQ is passed on; how the operation ends is what the other application says.
 */
import type { CommandValues } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import { openAssociation } from "../../src/service/open_association.ts";
import { operation } from "../../src/service/operation.ts";
import type { Performers } from "../../src/service/performance.ts";
import {
  type Answer,
  type OperationRequest,
  type OperationResponse,
  type PerformRequest,
  textValue,
} from "../../src/service/service_message.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import type { AgreedContext } from "../../src/ul/negotiate.ts";
import { answerOctets } from "./answer_octets.ts";
import { ownValues } from "./own_values.ts";
import type { RecordedResponder } from "./recorded_responder.ts";
import type { Answered, LiveAnswer, LiveAssociation, LiveRequest, Responder } from "./responder.ts";

export interface ForwardOptions {
  readonly to: { readonly host: string; readonly port: number };
  /** Milliseconds, as in `RequestOptions`. */
  readonly connectTimeout: number;
  readonly acseTimeout: number;
  readonly dimseTimeout: number;
  /** Tells the closest candidate of what is passed on. */
  readonly recorded: RecordedResponder;
}

export class ForwardResponder implements Responder {
  readonly #options: ForwardOptions;

  constructor(options: ForwardOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest): Promise<Answered | undefined> {
    const { association, context } = request;
    const forwarding = association.state.of(Forwarding, () => {
      return new Forwarding(association, this.#options);
    });
    const miss = this.#options.recorded.missOf(request);
    const closest = {
      ...(miss?.exchange !== undefined && { exchange: miss.exchange }),
      missed: miss?.missed ?? [],
      ...(miss?.score !== undefined && { score: miss.score }),
    };
    const user = await forwarding.user;
    if (user instanceof AssociationError) {
      request.server.warn(`Cannot forward ${request.command}: ${user.message}`);
      return undefined;
    }
    const there = counterpart(user, context);
    if (there === undefined) {
      request.server.warn(`Cannot forward ${request.command}: its context is refused there`);
      return undefined;
    }
    const question = await passedOn(request, there);
    const answers = relayed(user, { question, request });
    return { by: "forward", ...closest, answers, endsCanceled: true };
  }
}

/** The association with the other application, for one live association. */
class Forwarding {
  readonly user: Promise<ServiceUser | AssociationError>;

  constructor(live: LiveAssociation, options: ForwardOptions) {
    this.user = opened(live, options);
    const leave = (): void => {
      this.user.then((user) => {
        if (!(user instanceof AssociationError)) return user[Symbol.asyncDispose]();
      });
    };
    live.user.association.untilOver().then(leave);
  }
}

async function opened(
  live: LiveAssociation,
  { to, connectTimeout, acseTimeout, dimseTimeout }: ForwardOptions,
): Promise<ServiceUser | AssociationError> {
  const accepted = live.user.association.contexts.filter(({ result }) => result === 0);
  const gone = new AbortController();
  live.user.association.untilOver().then(() => gone.abort());
  try {
    return await openAssociation({
      ...to,
      callingAeTitle: live.callingAeTitle,
      calledAeTitle: live.calledAeTitle,
      contexts: accepted.map(({ abstractSyntax, transferSyntax = "", roles }) => ({
        abstractSyntax,
        transferSyntaxes: [transferSyntax],
        ...(roles.scp && { roles }),
      })),
      connectTimeout,
      acseTimeout,
      dimseTimeout,
      signal: gone.signal, // nobody waits for it any more
      perform: backwards(live),
    });
  } catch (error) {
    if (error instanceof AssociationError) return error;
    throw error;
  }
}

/** What the other application asks of the requestor: asked of the live one. */
function backwards(live: LiveAssociation): Performers {
  const ask = async (request: PerformRequest): Promise<Answer> => {
    const here = counterpart(live.user, request.context);
    if (here === undefined) return { status: NOT_SUPPORTED };
    const dataSet = request.dataSet;
    const invocation = live.user.invoke({
      ...question(request, here),
      ...(dataSet !== undefined && { dataSet }),
    });
    const response = await invocation.final();
    const read = await response.read();
    return { ...answerOf(response), ...(read && { dataSet: read }) };
  };
  return {
    "C-STORE": ask,
    "N-EVENT-REPORT": (request) => live.inTurn(() => ask(request)),
  };
}

async function passedOn(request: LiveRequest, there: AgreedContext): Promise<OperationRequest> {
  const asked = question(request, there);
  const { operation: name, dataSet } = request;
  if (dataSet === undefined) return asked;
  // What was compared was read; it is made again.
  if (name === "C-STORE") return { ...asked, dataSet };
  const read = await request.identifier();
  if (read === undefined) return asked;
  return { ...asked, dataSet: answerOctets(read, there.transferSyntax ?? "") };
}

function question(
  request: Pick<PerformRequest, "operation" | "sopClassUid" | "sopInstanceUid" | "values">,
  { id }: AgreedContext,
): OperationRequest {
  const { sopClassUid, sopInstanceUid, values } = request;
  const { classElement, instanceElement } = operation(request.operation);
  const rest = Object.entries(values).filter(([keyword]) => !NOT_PASSED.has(keyword));
  return {
    operation: request.operation,
    sopClass: sopClassUid,
    ...(sopInstanceUid !== undefined && { sopInstanceUid }),
    values: {
      ...Object.fromEntries(rest),
      [classElement]: sopClassUid,
      ...(instanceElement && sopInstanceUid !== undefined && { [instanceElement]: sopInstanceUid }),
    },
    contextId: id,
    unchecked: true,
  };
}

async function* relayed(
  user: ServiceUser,
  { question: asked, request }: { question: OperationRequest; request: LiveRequest },
): AsyncGenerator<LiveAnswer> {
  const { canceled, server, command } = request;
  const invocation = user.invoke(asked);
  const cancel = (): void => void invocation.cancel().catch(() => undefined);
  if (canceled.aborted) cancel();
  else canceled.addEventListener("abort", cancel, { once: true });
  try {
    for await (const response of invocation) yield passedBack(response);
  } catch (error) {
    if (!(error instanceof AssociationError)) throw error;
    server.warn(`No answer to the forwarded ${command}: ${error.message}`);
  } finally {
    canceled.removeEventListener("abort", cancel);
  }
}

/** N-CREATE's instance, too, is what the other application says (PS3.7 10.1.5.1.4). */
function answerOf({ operation: name, status, values }: OperationResponse): {
  readonly status: number;
  readonly values: CommandValues;
} {
  const instance = name === "N-CREATE" ? textValue(values, "AffectedSOPInstanceUID") : undefined;
  return {
    status,
    values: { ...ownValues(values), ...(instance && { AffectedSOPInstanceUID: instance }) },
  };
}

function passedBack(response: OperationResponse): LiveAnswer {
  const { dataSet, context } = response;
  const { transferSyntax = "" } = context;
  if (dataSet === undefined) return answerOf(response);
  return { ...answerOf(response), passing: { transferSyntax, octets: () => dataSet } };
}

function counterpart(user: ServiceUser, context: AgreedContext): AgreedContext | undefined {
  return user.association.contexts.find(
    ({ result, abstractSyntax, transferSyntax }) =>
      result === 0 &&
      abstractSyntax === context.abstractSyntax &&
      transferSyntax === context.transferSyntax,
  );
}

/** Each message has its own. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  "CommandGroupLength",
  "CommandDataSetType",
  "MessageID",
]);
/** PS3.7 C.5.6: Refused: SOP class not supported. */
const NOT_SUPPORTED = 0x0122;
