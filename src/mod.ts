/**
 * dicomtap as a library: both sides of a DICOM association, and data sets as values.
 *
 *     import { openAssociation } from "dicomtap";
 *
 *     const pacs = await openAssociation({ host: "pacs", port: 104, contexts: ["Verification"] });
 *     const { status, meaning } = await pacs.invoke({ operation: "C-ECHO" }).final();
 *     await pacs.release();
 *
 * Everything that waits is a promise or an async iterator; what goes wrong between the two sides is
 * an `AssociationError` in words, a mistake of the caller a `TypeError` or `RangeError`.
 */
export type {
  Difference,
  ExchangeEvent,
  ExchangeOutcome,
  RequestEvent,
  ServedAssociationEvent,
  SummaryEvent,
} from "../replay/events.ts";
export type { RewriterOptions } from "../replay/rewrite/rewriter.ts";
export type { ReplayScpOptions } from "../replay/scp/options.ts";
export { type ReplayScp, replayAsScp } from "../replay/scp/replay_as_scp.ts";
export type { ReplayScuOptions, ReplayScuResult } from "../replay/scu/options.ts";
export { replayAsScu } from "../replay/scu/replay_as_scu.ts";
export { NothingRecorded } from "../replay/source/nothing_recorded.ts";
export type { CharacterSet } from "./dataset/character_set.ts";
export { DataSet } from "./dataset/data_set.ts";
export { type DumpOptions, dumpDataSet } from "./dataset/dump.ts";
export type { DataElement } from "./dataset/element.ts";
export { type EncodeOptions, encodeDataSet } from "./dataset/encode_data_set.ts";
export type { DataSetFinding } from "./dataset/finding.ts";
export { dataSetFromJson } from "./dataset/json_input.ts";
export {
  dataSetToJson,
  type JsonModel,
  type JsonOptions,
  printJsonModel,
} from "./dataset/json_model.ts";
export { type MakeOptions, makeElement, makeOctets, makeSequence } from "./dataset/make_element.ts";
export { type Part10File, type Part10Options, readPart10 } from "./dataset/part10.ts";
export { type FileMeta, part10Head } from "./dataset/part10_head.ts";
export {
  type ReadDataSet,
  type ReadDataSetOptions,
  readDataSet,
} from "./dataset/read_data_set.ts";
export { type TransferSyntax, transferSyntax } from "./dataset/transfer_syntax.ts";
export { uidName } from "./dictionary/uids.ts";
export { type StatusClass, statusClass } from "./dimse/status.ts";
export type { AssociationServer } from "./io/accept_associations.ts";
export type { Association, CommandValues, DataSetSource } from "./io/association.ts";
export { AssociationError, type AssociationFailure } from "./io/association_error.ts";
export { ProtocolError } from "./protocol_error.ts";
export type { Invocation } from "./service/invocation.ts";
export { type OpenOptions, openAssociation } from "./service/open_association.ts";
export type { OperationName } from "./service/operation.ts";
export type { Performer, Performers } from "./service/performance.ts";
export { type ServeOptions, serveAssociations } from "./service/serve_associations.ts";
export {
  type Answer,
  type OperationRequest,
  type OperationResponse,
  type PerformRequest,
  statusMeaning,
} from "./service/service_message.ts";
export { ServiceUser, type ServiceUserOptions } from "./service/service_user.ts";
export { sopClassUid, transferSyntaxUid } from "./service/sop_class.ts";
export type { AgreedContext, ContextProposal, Roles } from "./ul/negotiate.ts";
