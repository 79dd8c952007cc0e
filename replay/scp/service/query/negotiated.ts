/**
 * What SOP Class Extended Negotiation (56H) granted for queries: PS3.4 C.5.1.1, one octet a feature,
 * 1 for yes, in the acceptor's answer.
 */
import type { Association } from "../../../../src/io/association.ts";
import { userInformation } from "../../../../src/ul/associate_view.ts";
import { uidOf } from "../../../../src/ul/uid_text.ts";
import type { MatchOptions } from "./match_identifier.ts";

/** Empty where nothing was negotiated for that SOP class. */
export function negotiatedMatching(
  { answer }: Pick<Association, "answer">,
  sopClassUid: string,
): Pick<MatchOptions, "combinedDateTime" | "multipleValues"> {
  const item = userInformation(answer).extendedNegotiations.find((one) => {
    return uidOf(one.sopClassUid) === sopClassUid;
  });
  if (item === undefined) return {};
  const granted = item.serviceClassApplicationInformation;
  return {
    combinedDateTime: granted[COMBINED_DATE_TIME] === 1,
    multipleValues: granted[MULTIPLE_VALUES] === 1,
  };
}

const COMBINED_DATE_TIME = 1;
const MULTIPLE_VALUES = 6;
