/** A data set that has one of everything, as octets in Explicit VR Little Endian. */
import {
  explicit,
  ITEM_END,
  implicit,
  item,
  join,
  SEQUENCE_END,
  UNDEFINED,
} from "./data_set_bytes.ts";

export function sampleDataSet(): Uint8Array {
  const code = explicit(0x00080100, "SH", "T-1 ");
  const inner = explicit(0x00081199, "SQ", join(item(code), item(code)));
  const unknown = join(item(implicit(0x00080100, "T1"), UNDEFINED), ITEM_END, SEQUENCE_END);
  return join(
    explicit(0x00080005, "CS", "ISO_IR 100"),
    explicit(0x00080018, "UI", "1.2.3\0"),
    explicit(0x00081110, "SQ", join(item(inner), item(join()))),
    explicit(0x00081111, "SQ", [], UNDEFINED),
    item(join(code, inner), UNDEFINED),
    ITEM_END,
    SEQUENCE_END,
    explicit(0x00090010, "LO", "ACME"),
    explicit(0x00091001, "UN", [], UNDEFINED),
    unknown,
    explicit(0x00091002, "UN", [1, 2, 3, 4]),
    explicit(0x00100010, "PN", "M\xfcller^A"),
    explicit(0x00189004, "CS", "PRODUCT "),
    explicit(0x00280010, "US", [2, 0]),
    explicit(0x00289002, "UL", [1, 0, 0, 0]),
    explicit(0x00420011, "OB", new Uint8Array(300).fill(7)),
    explicit(0x7fe00010, "OB", [], UNDEFINED),
    item(join([0, 0, 0, 0])),
    item(join([1, 2, 3, 4])),
    item(join([5, 6])),
    SEQUENCE_END,
  );
}
