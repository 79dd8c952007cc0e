/** Any SOP class of DIMSE-N without rules of its own: instances exist or do not (PS3.7 10). */
import { withKnownUids } from "./live_references.ts";
import type { ServiceRules } from "./service_rules.ts";
import { judgeExistence, rememberExistence } from "./service_rules.ts";

export const PLAIN_RULES: ServiceRules = {
  takes: () => true,
  lives: "server",
  judge: judgeExistence,
  remember: rememberExistence,
  fitted: ({ answer, request }) => withKnownUids(answer, request),
};
