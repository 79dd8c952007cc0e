/**
 * User information of one AE as JSON (PS3.7 D.3.3).
 *
 * Rule: no secret leaves here. Of a user identity only types 1 and 2 show their primary field, the
 * user name; passcodes, tickets and tokens are lengths (P-06).
 */
import type { Role } from "../role.ts";
import { uidOf } from "../ul/uid_text.ts";
import type { Negotiation } from "./negotiation.ts";
import type { UserInformationJson } from "./summary.ts";

export function userInformationJson(sender: Role, negotiation: Negotiation): UserInformationJson {
  const json: { -readonly [K in keyof UserInformationJson]: UserInformationJson[K] } = {};
  const maximum = negotiation.first(sender, "maximum length");
  if (maximum !== undefined) json.maximum_length = maximum.maximumLength;
  const classUid = negotiation.first(sender, "implementation class UID");
  if (classUid !== undefined) json.implementation_class_uid = uidOf(classUid.uid);
  const version = negotiation.first(sender, "implementation version name");
  if (version !== undefined) json.implementation_version_name = version.name.trim();
  const window = negotiation.first(sender, "asynchronous operations window");
  if (window !== undefined) {
    json.asynchronous_operations_window = {
      invoked: window.maximumNumberOperationsInvoked,
      performed: window.maximumNumberOperationsPerformed,
    };
  }
  const roles = negotiation.all(sender, "SCP/SCU role selection");
  if (roles.length > 0) {
    json.role_selections = roles.map((role) => ({
      sop_class_uid: uidOf(role.sopClassUid),
      scu_role: role.scuRole,
      scp_role: role.scpRole,
    }));
  }
  const extended = negotiation.all(sender, "SOP class extended negotiation");
  if (extended.length > 0) {
    json.extended_negotiations = extended.map((item) => ({
      sop_class_uid: uidOf(item.sopClassUid),
      information: hex(item.serviceClassApplicationInformation),
    }));
  }
  const common = negotiation.all(sender, "SOP class common extended negotiation");
  if (common.length > 0) {
    json.common_extended_negotiations = common.map((item) => ({
      sop_class_uid: uidOf(item.sopClassUid),
      service_class_uid: uidOf(item.serviceClassUid),
      related_general_sop_class_uids: item.relatedGeneralSopClassUids.map(uidOf),
    }));
  }
  const identity = negotiation.first(sender, "user identity RQ");
  if (identity !== undefined) {
    const named = identity.userIdentityType === 1 || identity.userIdentityType === 2;
    json.user_identity = {
      type: identity.userIdentityType,
      positive_response_requested: identity.positiveResponseRequested === 1,
      ...(named ? { username: userName(identity.primaryField) } : {}),
      primary_length: identity.primaryField.length,
      secondary_length: identity.secondaryField.length,
    };
  }
  const response = negotiation.first(sender, "user identity AC");
  if (response !== undefined) json.user_identity_response_length = response.serverResponse.length;
  return json;
}

const MAX_USER_NAME = 256;

/** UTF-8 (PS3.7 D.3.3.7.1), bounded. */
function userName(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_USER_NAME));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 1024), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
