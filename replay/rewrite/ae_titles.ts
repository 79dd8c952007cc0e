/** AE titles that a replay uses instead of the recorded ones (PS3.8 9.3.2; PS3.5 6.2, AE). */
import type { AAssociateRq } from "../../src/ul/pdu.ts";

export interface AeTitles {
  readonly calling?: string;
  readonly called?: string;
}

/** "calling=CT1,called=PACS", each once, either alone. Throws a RangeError in words. */
export function readAeTitles(text: string): AeTitles {
  const titles: { calling?: string; called?: string } = {};
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim();
    const title = part.slice(equals + 1).trim();
    if (equals < 0 || (name !== "calling" && name !== "called") || titles[name] !== undefined) {
      throw new RangeError(`Cannot read "${text}": calling=TITLE,called=TITLE is needed`);
    }
    if (!/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(title)) {
      throw new RangeError(
        `Cannot read "${part}": an AE title has 1 to 16 characters, no backslash (PS3.5 6.2)`,
      );
    }
    titles[name] = title;
  }
  return titles;
}

export function otherAeTitles(titles: AeTitles | undefined): boolean {
  return titles?.calling !== undefined || titles?.called !== undefined;
}

/** The same request under other titles; a title that changes is padded the usual way. */
export function withAeTitles(pdu: AAssociateRq, titles: AeTitles | undefined): AAssociateRq {
  if (titles === undefined || !otherAeTitles(titles)) return pdu;
  const { callingAeTitleField, calledAeTitleField, ...rest } = pdu;
  const { calling, called } = titles;
  return {
    ...rest,
    ...(calling === undefined
      ? callingAeTitleField !== undefined && { callingAeTitleField }
      : { callingAeTitle: calling }),
    ...(called === undefined
      ? calledAeTitleField !== undefined && { calledAeTitleField }
      : { calledAeTitle: called }),
  };
}
