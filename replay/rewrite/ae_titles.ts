/** AE titles that a replay uses instead of the recorded ones (PS3.8 9.3.2; PS3.5 6.2, AE). */
import type { AAssociateRq } from "../../src/ul/pdu.ts";

export interface AeTitles {
  readonly calling?: string;
  readonly called?: string;
  /** Other titles that messages name, of move destinations above all: recorded ones to live ones. */
  readonly others?: ReadonlyMap<string, string>;
}

/**
 * "calling=CT1,called=PACS,WORKSTATION=TEST", each once, in any number. Throws a RangeError in words.
 */
export function readAeTitles(text: string): AeTitles {
  const titles = new Map<string, string>();
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim();
    const title = part.slice(equals + 1).trim();
    if (name === "" || titles.has(name)) {
      throw new RangeError(`Cannot read "${text}": calling=TITLE,called=TITLE is needed`);
    }
    if (!/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(title) || name.length > 16) {
      throw new RangeError(
        `Cannot read "${part}": an AE title has 1 to 16 characters, no backslash (PS3.5 6.2)`,
      );
    }
    titles.set(name, title);
  }
  const { calling, called } = { calling: titles.get("calling"), called: titles.get("called") };
  for (const name of ["calling", "called"]) titles.delete(name);
  return {
    ...(calling !== undefined && { calling }),
    ...(called !== undefined && { called }),
    ...(titles.size > 0 && { others: titles }),
  };
}

export function otherAeTitles(titles: AeTitles | undefined): boolean {
  if (titles?.calling !== undefined || titles?.called !== undefined) return true;
  return (titles?.others?.size ?? 0) > 0;
}

/** The same request under other titles; a title that changes is padded the usual way. */
export function withAeTitles(pdu: AAssociateRq, titles: AeTitles | undefined): AAssociateRq {
  if (titles === undefined) return pdu;
  const { callingAeTitleField, calledAeTitleField, ...rest } = pdu;
  const calling = titles.calling ?? titles.others?.get(pdu.callingAeTitle);
  const called = titles.called ?? titles.others?.get(pdu.calledAeTitle);
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
