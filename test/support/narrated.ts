/** Messages in, sentences out: an association is scripted around them and played to a `Narrator`. */

import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { dataSetFromJson } from "../../src/dataset/json_input.ts";
import { IMPLICIT_LITTLE, transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import type { CommandName } from "../../src/dimse/command_field.ts";
import { Narrator, type Sentence } from "../../src/meaning/narrator.ts";
import { HEAD_LENGTH } from "../../src/meaning/read_head.ts";
import type { TellOptions } from "../../src/meaning/told_message.ts";
import { AssociationObserver } from "../../src/observe/association_observer.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { Values } from "./dimse_stream.ts";
import { ac, answer, proposal, rq, says } from "./scripted_association.ts";

/** Values by keyword; objects in a list are items. */
export interface Attributes {
  readonly [keyword: string]: string | number | readonly (string | number | Attributes)[];
}

export interface Said {
  readonly command: CommandName;
  /** The requestor for requests and the acceptor for responses, unless told. */
  readonly sender?: Role;
  readonly sopClass: string;
  readonly values?: Values;
  readonly data?: Attributes;
  /** The data set's octets, instead of `data`. */
  readonly octets?: Uint8Array;
}

export interface NarratedOptions extends TellOptions {
  readonly syntax?: string;
  readonly headLength?: number;
  /** The association ends without a word behind the last message. */
  readonly reset?: boolean;
}

export function narrated(said: readonly Said[], options: NarratedOptions = {}): Sentence[] {
  const { syntax = IMPLICIT_LITTLE.uid, headLength = HEAD_LENGTH, reset = false } = options;
  const sentences: Sentence[] = [];
  const narrator = new Narrator({ ...options, told: (sentence) => sentences.push(sentence) });
  const observer = new AssociationObserver(narrator, { headLength });
  const classes = [...new Set(said.map(({ sopClass }) => sopClass))];
  const idOf = (sopClass: string) => 2 * classes.indexOf(sopClass) + 1;
  let at = 1_000_000;
  observer.opened({ capture: "x", id: 1, at, wallUs: at, requestor: "a:1", acceptor: "b:2" });
  const give = (sender: Role, bytes: Uint8Array) => {
    at += 1000;
    observer.bytes(sender, at, bytes);
  };
  const contexts = classes.map((uid) => proposal(idOf(uid), uid, [syntax]));
  give("requestor", encodePdu(rq({ contexts })));
  give(
    "acceptor",
    encodePdu(ac({ contexts: classes.map((uid) => answer(idOf(uid), 0, [syntax])) })),
  );
  for (const one of said) {
    const isResponse = one.command.endsWith("-RSP");
    const octets = one.octets ?? (one.data && attributeOctets(one.data, syntax));
    const [sender, what] = says(
      one.sender ?? (isResponse ? "acceptor" : "requestor"),
      one.command,
      {
        values: {
          [classKeyword(one.command)]: one.sopClass,
          [isResponse ? "MessageIDBeingRespondedTo" : "MessageID"]: 1,
          ...one.values,
        },
        on: idOf(one.sopClass),
        ...(octets === undefined ? {} : { dataSet: octets }),
      },
    ) as readonly [Role, Uint8Array];
    give(sender, what);
  }
  observer.closed(at + 1000, reset ? "reset" : "closed");
  return sentences;
}

/** The sentence of one request and its responses. */
export function sentenceOf(said: readonly Said[], options?: NarratedOptions): string {
  const sentences = narrated(said, options);
  if (sentences.length !== 1) throw new Error(`${sentences.length} sentences, not one`);
  return sentences[0]?.text ?? "";
}

export function attributeOctets(data: Attributes, syntax = IMPLICIT_LITTLE.uid): Uint8Array {
  const found = transferSyntax(syntax) ?? IMPLICIT_LITTLE;
  return encodeDataSet(dataSetFromJson(jsonOf(data)), { syntax: found });
}

function jsonOf(data: Attributes): unknown {
  return Object.fromEntries(
    Object.entries(data).map(([keyword, value]) => {
      const values = Array.isArray(value) ? value : [value];
      const items = values.map((one) => (typeof one === "object" ? jsonOf(one) : one));
      return [keyword, { Value: items, ...(keyword.endsWith("Sequence") ? { vr: "SQ" } : {}) }];
    }),
  );
}

function classKeyword(command: CommandName): string {
  return /^N-(GET|SET|ACTION|DELETE)-RQ$/.test(command)
    ? "RequestedSOPClassUID"
    : "AffectedSOPClassUID";
}
