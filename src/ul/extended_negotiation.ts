/**
 * The octets of SOP Class Extended Negotiation (56H) in words, for the service classes that define
 * them: Query/Retrieve and worklist (PS3.4 C.5 and K.5), Storage (PS3.4 B.3.1). Never fails.
 */

/** One line an octet, "relational queries: yes"; octets without a meaning here in hexadecimal. */
export function extendedNegotiationWords(
  sopClassUid: string,
  information: Uint8Array,
): readonly string[] {
  const fields = fieldsOf(sopClassUid);
  return Array.from(information, (value, at) => {
    const field = fields[at];
    if (field === undefined) return `octet ${at + 1}: ${value}`;
    return `${field.name}: ${field.values[value] ?? `reserved value ${value}`}`;
  });
}

interface Field {
  readonly name: string;
  readonly values: Readonly<Record<number, string>>;
}

function fieldsOf(sopClassUid: string): readonly (Field | undefined)[] {
  if (QUERY_FIND.test(sopClassUid)) return FIND_FIELDS;
  if (QUERY_MOVE_GET.test(sopClassUid)) return MOVE_GET_FIELDS;
  if (WORKLIST_FIND.test(sopClassUid)) return WORKLIST_FIELDS;
  if (STORAGE.test(sopClassUid)) return STORAGE_FIELDS;
  return [];
}

const NO_YES = { 0: "no", 1: "yes" } as const;

/** PS3.4 C.5.1.1. */
const FIND_FIELDS: readonly Field[] = [
  { name: "relational queries", values: NO_YES },
  { name: "combined date and time matching", values: NO_YES },
  { name: "fuzzy semantic matching of person names", values: NO_YES },
  { name: "timezone query adjustment", values: NO_YES },
  { name: "enhanced multi-frame image conversion", values: NO_YES },
  { name: "empty value matching", values: NO_YES },
  { name: "multiple value matching", values: NO_YES },
];

/** PS3.4 K.5: the first two octets of C-FIND have no meaning for a worklist. */
const WORKLIST_FIELDS: readonly (Field | undefined)[] = [
  undefined,
  undefined,
  ...FIND_FIELDS.slice(2, 4),
];

/** PS3.4 C.5.2.1 and C.5.3.1. */
const MOVE_GET_FIELDS: readonly Field[] = [
  { name: "relational retrieval", values: NO_YES },
  { name: "enhanced multi-frame image conversion", values: NO_YES },
];

/** PS3.4 B.3.1. */
const STORAGE_FIELDS: readonly Field[] = [
  {
    name: "level of support",
    values: { 0: "level 0", 1: "level 1", 2: "level 2 (full)", 3: "not applicable (SCU only)" },
  },
  { name: "reserved", values: { 0: "0" } },
  {
    name: "level of digital signature support",
    values: { 0: "unspecified or none", 1: "level 1", 2: "level 2", 3: "level 3" },
  },
  { name: "reserved", values: { 0: "0" } },
  {
    name: "element coercion",
    values: { 0: "no coercion", 1: "may coerce", 2: "not applicable (SCU only)" },
  },
];

/** Patient root, study root, patient/study only: PS3.4 C.6. */
const QUERY_FIND = /^1\.2\.840\.10008\.5\.1\.4\.1\.2\.[1-3]\.1$/;
const QUERY_MOVE_GET = /^1\.2\.840\.10008\.5\.1\.4\.1\.2\.[1-3]\.[2-3]$/;
const WORKLIST_FIND = /^1\.2\.840\.10008\.5\.1\.4\.31$/;
const STORAGE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\./;
