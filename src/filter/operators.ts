/**
 * The operators of the filter language, in the order in which help shows them. The parser reads
 * them from here, so help and language cannot differ.
 */
import type { Comparison, TextField } from "./filter.ts";

export interface Operator {
  /** With its tilde. */
  readonly name: string;
  /** What follows it, as help shows it; empty for none. */
  readonly argument: string;
  readonly help: string;
  readonly reads: Argument;
}

export type Argument =
  | { readonly as: "pattern"; readonly field: TextField }
  | { readonly as: "uid" | "context" | "status" | "tag" | "all" | "faulty" }
  | { readonly as: "outcome"; readonly is: "released" | "aborted" | "rejected" }
  | { readonly as: "compare"; readonly field: "duration" | "size" | "messages" }
  | { readonly as: "time"; readonly field: "since" | "until" };

const pattern = (field: TextField): Argument => ({ as: "pattern", field });

export const OPERATORS: readonly Operator[] = [
  { name: "~m", argument: "RX", help: "command: C-STORE, C-FIND-RSP", reads: pattern("command") },
  { name: "~ae", argument: "RX", help: "either AE title", reads: pattern("AE title") },
  {
    name: "~calling",
    argument: "RX",
    help: "calling AE title",
    reads: pattern("calling AE title"),
  },
  { name: "~called", argument: "RX", help: "called AE title", reads: pattern("called AE title") },
  { name: "~sop", argument: "RX", help: "SOP class, by name or UID", reads: pattern("SOP class") },
  { name: "~sopi", argument: "UID", help: "SOP instance", reads: { as: "uid" } },
  {
    name: "~ts",
    argument: "RX",
    help: "transfer syntax, by name or UID",
    reads: pattern("transfer syntax"),
  },
  { name: "~pc", argument: "N", help: "presentation context ID", reads: { as: "context" } },
  {
    name: "~c",
    argument: "STATUS",
    help: "status: 0000, A7xx, !0000, failure, warning, pending, cancel, success; several with |",
    reads: { as: "status" },
  },
  {
    name: "~tag",
    argument: "PATH[=RX]",
    help: "element, by keyword or gggg,eeee; a dot leads into sequences",
    reads: { as: "tag" },
  },
  { name: "~rj", argument: "", help: "rejected", reads: { as: "outcome", is: "rejected" } },
  { name: "~abort", argument: "", help: "aborted", reads: { as: "outcome", is: "aborted" } },
  { name: "~rel", argument: "", help: "released", reads: { as: "outcome", is: "released" } },
  { name: "~e", argument: "", help: "any finding of severity error", reads: { as: "faulty" } },
  { name: "~finding", argument: "RX", help: "finding, by id or text", reads: pattern("finding") },
  {
    name: "~dur",
    argument: ">TIME",
    help: "duration: >2s",
    reads: { as: "compare", field: "duration" },
  },
  {
    name: "~size",
    argument: ">SIZE",
    help: "size: >10MiB",
    reads: { as: "compare", field: "size" },
  },
  {
    name: "~n",
    argument: ">N",
    help: "messages: >100",
    reads: { as: "compare", field: "messages" },
  },
  {
    name: "~since",
    argument: "TIME",
    help: "started then or later: 2026-02-03, 2026-02-03T14:15Z (UTC unless it says otherwise)",
    reads: { as: "time", field: "since" },
  },
  {
    name: "~until",
    argument: "TIME",
    help: "started before",
    reads: { as: "time", field: "until" },
  },
  { name: "~src", argument: "RX", help: "address of the requestor", reads: pattern("source") },
  { name: "~dst", argument: "RX", help: "address of the acceptor", reads: pattern("destination") },
  { name: "~all", argument: "", help: "everything", reads: { as: "all" } },
];

export const COMPARISONS: readonly Comparison[] = [">=", "<=", ">", "<", "="];

/** The operator of a name with its tilde; case matters as little as in patterns. */
export function operatorNamed(name: string): Operator | undefined {
  return OPERATORS.find((operator) => operator.name === name.toLowerCase());
}
