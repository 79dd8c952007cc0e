/**
 * What SOP Class Extended Negotiation (56H) granted for queries: PS3.4 Table C.5-2, one octet a
 * feature, 1 for yes, in the acceptor's answer. The octets: relational queries, combined date and time
 * matching, fuzzy semantic matching, timezone adjustment, multi-frame conversion, empty value matching,
 * multiple value matching. Those that are not there say no.
 */
import type { Association } from "../../../../src/io/association.ts";
import { userInformation } from "../../../../src/ul/associate_view.ts";
import { uidOf } from "../../../../src/ul/uid_text.ts";
import type { MatchOptions } from "./match_identifier.ts";

/** Empty where nothing was negotiated for that SOP class. */
export function negotiatedMatching(
  { answer }: Pick<Association, "answer">,
  sopClassUid: string,
): Pick<MatchOptions, "combinedDateTime" | "emptyValues" | "multipleValues"> {
  const item = userInformation(answer).extendedNegotiations.find((one) => {
    return uidOf(one.sopClassUid) === sopClassUid;
  });
  if (item === undefined) return {};
  const granted = item.serviceClassApplicationInformation;
  return {
    combinedDateTime: granted[COMBINED_DATE_TIME] === 1,
    emptyValues: granted[EMPTY_VALUES] === 1,
    multipleValues: granted[MULTIPLE_VALUES] === 1,
  };
}

const COMBINED_DATE_TIME = 1;
const EMPTY_VALUES = 5;
const MULTIPLE_VALUES = 6;
