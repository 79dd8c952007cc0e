/** Why not all of a recorded association can be replayed, each in words. */
import type { AssociationJson } from "../../src/observe/summary.ts";
import { formatCount, plural } from "../../src/units.ts";
import type { AssociationCollector } from "./association_collector.ts";

export interface RecordedFacts {
  readonly collected: AssociationCollector;
  /** As the records say it, which may have less than the index tells. */
  readonly summary: AssociationJson;
  /** Decoding was given up. */
  readonly undecodable: boolean;
}

export function recordedProblems(facts: RecordedFacts): string[] {
  const { collected, summary, undecodable } = facts;
  const { outcome, gaps, protocol } = summary;
  const problems: string[] = [];
  if (outcome === "refused" || outcome === "timeout") {
    problems.push(`The acceptor was not reached when it was recorded (${outcome})`);
  } else if (protocol !== undefined) {
    problems.push(`What was recorded is ${protocol}, which is no DICOM in the clear`);
  } else if (outcome === "opaque") {
    problems.push("From some point on a stream cannot be cut into PDUs (PS3.8 9.3.1)");
  }
  if (undecodable) problems.push("Its octets cannot be decoded to the end");
  if (gaps > 0) {
    problems.push(`${plural(gaps, "gap")}: octets passed that the capture does not have`);
  }
  const reached = outcome !== "refused" && outcome !== "timeout";
  if (protocol === undefined && collected.request === undefined) {
    problems.push("The capture does not hold its A-ASSOCIATE-RQ, so it cannot be asked for again");
  } else if (protocol === undefined && collected.answer === undefined && reached) {
    problems.push("The capture holds no answer to its A-ASSOCIATE-RQ");
  }
  if (collected.cut > 0) {
    const what = `${plural(collected.cut, "data set")} recorded without all octets`;
    problems.push(`${what} (--payload headers): their messages cannot be sent again`);
  }
  const broken = countBroken(collected);
  if (broken > collected.cut) {
    problems.push(`${plural(broken - collected.cut, "message")} broken off or not recorded whole`);
  }
  if (outcome === "open") problems.push("The recording ends before the association does");
  if (collected.more > 0) {
    const first = formatCount(collected.messages.length);
    const more = plural(collected.more, "message");
    problems.push(`Only its first ${first} messages are replayed: ${more} more are too many`);
  }
  return problems;
}

function countBroken({ messages }: AssociationCollector): number {
  let count = 0;
  for (const message of messages) if (!message.complete) count++;
  return count;
}
