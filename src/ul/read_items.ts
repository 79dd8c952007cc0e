/**
 * Items: type, reserved, length, value (PS3.8 9.3.2). One loop for the three places that hold
 * them: an A-ASSOCIATE PDU, a presentation context, the user information.
 *
 * Rule: what does not fit its type becomes an `OtherItem` with the same octets and one problem; the
 * next item is read as if nothing had been. Problems and items of one PDU are bounded.
 */
import { ProtocolError } from "../protocol_error.ts";
import { type ByteReader, shortageError } from "./byte_reader.ts";
import { hex2, itemTypeName } from "./names.ts";
import type { OtherItem } from "./pdu.ts";

/** Gives the value of an item, or undefined when the type has no place here. */
export type ReadValue<T> = (head: ItemHead, value: ByteReader, budget: ReadBudget) => T | undefined;

export interface ItemHead {
  readonly itemType: number;
  /** Octet 2. */
  readonly octet2: number;
}

/** Shared by all that is read of one PDU. */
export class ReadBudget {
  readonly problems: ProtocolError[] = [];
  #itemsLeft = MAX_ITEMS;

  add(makeProblem: () => ProtocolError): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(makeProblem());
  }

  takeItem(): boolean {
    return this.#itemsLeft-- > 0;
  }
}

export interface ReadItemsOptions<T> {
  readonly section: string;
  readonly readValue: ReadValue<T>;
  /** Section that describes an item of this type. */
  readonly sectionOf: (itemType: number) => string;
  readonly budget: ReadBudget;
}

/** Reads to the end of `reader`. `trailing` is what is no item any more. */
export function readItems<T>(
  reader: ByteReader,
  options: ReadItemsOptions<T>,
): { readonly items: (T | OtherItem)[]; readonly trailing?: Uint8Array } {
  const { budget } = options;
  const items: (T | OtherItem)[] = [];
  // A reader that lacked a fixed field gives nothing more: its owner reports that one.
  if (reader.shortage !== undefined) return { items };
  while (reader.left >= ITEM_HEADER) {
    if (!budget.takeItem()) {
      const offset = reader.offset;
      budget.add(
        () =>
          new ProtocolError(`Cannot read items: more than ${MAX_ITEMS} in one PDU`, {
            section: options.section,
            offset,
          }),
      );
      return { items, trailing: reader.rest() };
    }
    items.push(readItem(reader, options));
  }
  if (reader.left === 0) return { items };

  const shortage = {
    field: "Item-length",
    needed: ITEM_HEADER,
    left: reader.left,
    offset: reader.offset,
  };
  budget.add(() => shortageError(shortage, options.section));
  return { items, trailing: reader.rest() };
}

function readItem<T>(reader: ByteReader, options: ReadItemsOptions<T>): T | OtherItem {
  const { budget } = options;
  const itemType = reader.u8("Item-type");
  const octet2 = reader.u8("reserved");
  const declaredLength = reader.u16("Item-length");
  const other = { item: "other", itemType, ...reservedField(octet2) } as const;

  if (declaredLength > reader.left) {
    const shortage = {
      field: fieldName(itemType),
      needed: declaredLength,
      left: reader.left,
      offset: reader.offset,
    };
    budget.add(() => shortageError(shortage, options.sectionOf(itemType)));
    return { ...other, bytes: reader.rest(), declaredLength };
  }
  const value = reader.sub(declaredLength, "Item");
  const again = value.clone();
  const item = options.readValue({ itemType, octet2 }, value, budget);
  if (item === undefined) return { ...other, bytes: again.rest() };

  const { shortage, left, offset } = value;
  if (shortage === undefined && left === 0) return item;
  budget.add(() =>
    shortage !== undefined
      ? shortageError(shortage, options.sectionOf(itemType))
      : new ProtocolError(
          `Cannot read ${fieldName(itemType)}: Item-length ${declaredLength}, its fields have ${declaredLength - left}`,
          { section: options.sectionOf(itemType), abortReason: 6, offset },
        ),
  );
  return { ...other, bytes: again.rest() };
}

function fieldName(itemType: number): string {
  const name = itemTypeName(itemType);
  return name.includes("unknown") ? name : `${name} item ${hex2(itemType)}`;
}

/** Octet 2 of a PDU or item: kept where it is not 00H. */
export function reservedField(octet2: number): { readonly reserved?: number } {
  return octet2 === 0 ? {} : { reserved: octet2 };
}

const ITEM_HEADER = 4;
/** A legal request has some 128 contexts and as many roles; this leaves room and bounds memory. */
const MAX_ITEMS = 20_000;
const MAX_PROBLEMS = 100;
