/** Image Display Format (2010,0010): how many image boxes a film has (PS3.3 C.13.3.1). */

/** More than any film shows; a format beyond it is refused. */
const MAX_BOXES = 256;

/**
 * 12 of `STANDARD\4,3` and of `ROW\6,6`; "by the printer" where the format does not say; undefined
 * where it is none.
 */
export function imageBoxes(format: string): number | "by the printer" | undefined {
  // ST is one value, in which the backslash is a character (PS3.5 6.2)
  const [name = "", numbers = ""] = format.split("\\").map((part) => part.trim());
  switch (name) {
    case "STANDARD":
      return product(numbers.split(","));
    case "ROW":
    case "COL":
      return sum(numbers.split(","));
    case "SLIDE":
    case "SUPERSLIDE":
    case "CUSTOM":
      return "by the printer";
    default:
      return undefined;
  }
}

function product(texts: readonly string[]): number | undefined {
  const [columns, rows] = texts.map(counted);
  if (texts.length !== 2 || columns === undefined || rows === undefined) return undefined;
  return columns * rows <= MAX_BOXES ? columns * rows : undefined;
}

function sum(texts: readonly string[]): number | undefined {
  let boxes = 0;
  for (const text of texts) {
    const count = counted(text);
    if (count === undefined) return undefined;
    boxes += count;
  }
  return boxes <= MAX_BOXES ? boxes : undefined;
}

function counted(text: string): number | undefined {
  return /^\s*[1-9]\d{0,2}\s*$/.test(text) ? Number(text) : undefined;
}
