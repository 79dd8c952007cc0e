/** Endpoint that gives what was recorded as command lines to be copied. */
import * as z from "zod";
import { readHeadOf } from "../../meaning/read_head.ts";
import type { MessageJson } from "../../observe/summary.ts";
import type { CommandsJson } from "../api_types.ts";
import { copyCommands } from "../copy/copy_commands.ts";
import { dataSetTree } from "../detail/data_set_tree.ts";
import { readMessageOctets } from "../detail/message_octets.ts";
import { ApiError, type Endpoint, endpoint } from "../endpoint.ts";
import { summaryOf } from "../library/entry.ts";
import { maySeePatients, nothingThere } from "./association.ts";
import { entryOfKey, KEY, SHOW_PHI } from "./queries.ts";
import type { Services } from "./services.ts";

/** Octets of an Identifier. */
const IDENTIFIER = 262_144;

export function commandEndpoints({ state, details }: Services): readonly Endpoint[] {
  return [
    endpoint({
      method: "get",
      path: "/api/commands",
      role: "viewer",
      summary: "Command lines that do again what was recorded",
      answers: "CommandsJson",
      query: z.object({
        key: KEY,
        message: z.coerce.number().int().min(0).optional().describe("Index of a request"),
        show_phi: SHOW_PHI,
      }),
      handle: async (call) => {
        const showPatient = maySeePatients(call);
        const entry = entryOfKey(state, call.query.key);
        const { message: index } = call.query;
        const summary = summaryOf(entry);
        if (index === undefined) {
          const answer: CommandsJson = { commands: copyCommands(summary, undefined) };
          return call.context.json(answer);
        }
        const answer = await details.withRecords(entry.key, ({ found, reader }, { pass }) => {
          const message = pass.messages[index];
          if (message?.text === undefined) throw new ApiError(404, { error: "No such message" });
          const json = JSON.parse(message.text) as MessageJson;
          const streams = { reader, found, places: pass.places };
          const { dataSet } = readMessageOctets(streams, { message, dataLimit: IDENTIFIER });
          const head = readHeadOf(
            { head: dataSet, length: json.data_set?.length ?? 0 },
            message.transferSyntax,
          );
          const elements =
            head === undefined ? [] : dataSetTree(head.dataSet, { showPatient }).elements;
          const commands = copyCommands(summary, { message: json, elements });
          return { commands } satisfies CommandsJson;
        });
        if (answer === undefined) throw nothingThere(entry);
        return call.context.json(answer);
      },
    }),
  ];
}
