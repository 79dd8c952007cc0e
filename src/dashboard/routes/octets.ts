/** Endpoints that give octets: Part 10 files, images, captures of a selection. */
import * as z from "zod";
import { part10Head } from "../../dataset/part10_head.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../io/implementation.ts";
import type { MessageJson } from "../../observe/summary.ts";
import type { PassedMessage } from "../detail/association_pass.ts";
import { dataSetPieces } from "../detail/message_octets.ts";
import { ApiError, type Endpoint, endpoint } from "../endpoint.ts";
import { frameImage } from "../image/frame_image.ts";
import type { Entry } from "../library/entry.ts";
import { attachment, octetStream } from "../octet_stream.ts";
import { selectionOf } from "../selection/selection.ts";
import { captureOfSelection } from "../selection/selection_capture.ts";
import { entryOf, messageOf, nothingThere } from "./association.ts";
import { FILTER_TEXT, KEY } from "./queries.ts";
import type { Services } from "./services.ts";

const MESSAGE = "/api/associations/:capture/:id/messages/:index";

export function octetEndpoints(services: Services): readonly Endpoint[] {
  const { details } = services;
  return [
    endpoint({
      method: "get",
      path: `${MESSAGE}/part10`,
      role: "operator",
      summary: "The data set of a message as a DICOM file (PS3.10)",
      answers: "application/dicom",
      handle: async (call) => {
        const entry = entryOf(services, call);
        const detail = await details.get(entry.key);
        const opened = await services.state.open(entry.key);
        if (detail === undefined || opened === undefined) throw nothingThere(entry);
        const { found, reader, close } = opened;
        try {
          const message = messageOf(detail.pass, call);
          const head = fileHead(message, entry);
          const streams = { reader, found, places: detail.pass.places };
          const pieces = dataSetPieces(streams, message);
          return attachment(octetStream(withHead(head, pieces), close), {
            type: "application/dicom",
            // counted, never named by what the wire says (P-04)
            name: `association-${entry.id}-message-${message.index}.dcm`,
          });
        } catch (error) {
          close();
          throw error;
        }
      },
    }),
    endpoint({
      method: "get",
      path: `${MESSAGE}/image`,
      role: "operator",
      summary: "One frame of the image in a message",
      answers: "image/png",
      query: z.object({
        frame: z.coerce.number().int().min(0).max(100_000).default(0),
        center: z.coerce.number().optional(),
        width: z.coerce.number().min(1).optional(),
      }),
      handle: async (call) => {
        const { frame, center, width } = call.query;
        const window = center === undefined || width === undefined ? undefined : { center, width };
        const entry = entryOf(services, call);
        const png = await details.withRecords(entry.key, ({ found, reader }, { pass }) => {
          const message = messageOf(pass, call);
          const streams = { reader, found, places: pass.places };
          return frameImage(streams, { message, frame, window });
        });
        if (png === undefined) throw nothingThere(entry);
        if ("reason" in png) {
          throw new ApiError(png.absent === true ? 404 : 415, { error: png.reason });
        }
        call.context.header("content-type", "image/png");
        return call.context.body(png.bytes as Uint8Array<ArrayBuffer>);
      },
    }),
    endpoint({
      method: "get",
      path: "/api/download",
      role: "operator",
      cost: 10,
      summary: "A capture with the selected associations",
      answers: "application/vnd.dicomtap.capture",
      query: z.object({ key: z.union([KEY, z.array(KEY)]).optional(), filter: FILTER_TEXT }),
      handle: async ({ context, query }) => {
        const keys = context.req.queries("key") ?? [];
        const entries = selectionOf(services.state, { keys, filter: query.filter });
        const capture = captureOfSelection(services.state, entries);
        return attachment(octetStream(capture), {
          type: "application/vnd.dicomtap.capture",
          name: "selection.dcap",
        });
      },
    }),
  ];
}

/** Throws an `ApiError` where the message has no data set that is a composite instance. */
function fileHead(message: PassedMessage, entry: Entry): Uint8Array {
  const { command_set: values, data_set } = JSON.parse(message.text ?? "{}") as MessageJson;
  const sopClassUid = values["AffectedSOPClassUID"] ?? values["RequestedSOPClassUID"];
  const sopInstanceUid = values["AffectedSOPInstanceUID"] ?? values["RequestedSOPInstanceUID"];
  if (data_set === null || message.transferSyntax === undefined) {
    throw new ApiError(404, { error: "This message has no data set" });
  }
  return part10Head({
    sopClassUid: typeof sopClassUid === "string" ? sopClassUid : "",
    sopInstanceUid: typeof sopInstanceUid === "string" ? sopInstanceUid : "",
    transferSyntaxUid: message.transferSyntax,
    implementationClassUid: IMPLEMENTATION_CLASS_UID,
    implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    sendingAeTitle: message.sender === "requestor" ? entry.calling : entry.called,
    receivingAeTitle: message.sender === "requestor" ? entry.called : entry.calling,
  });
}

function* withHead(head: Uint8Array, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield head;
  yield* pieces;
}
