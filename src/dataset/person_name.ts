/** PN: up to three component groups between "=" (PS3.5 6.2.1.2). */
export interface PersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

/** "Yamada^Tarou=山田^太郎=やまだ^たろう" by component group; empty groups are left out. */
export function personName(text: string): PersonName {
  const [alphabetic = "", ideographic = "", phonetic = ""] = text.split("=");
  return {
    ...(alphabetic === "" ? {} : { Alphabetic: alphabetic }),
    ...(ideographic === "" ? {} : { Ideographic: ideographic }),
    ...(phonetic === "" ? {} : { Phonetic: phonetic }),
  };
}

/** The inverse. */
export function printPersonName(name: PersonName): string {
  const groups = [name.Alphabetic ?? "", name.Ideographic ?? "", name.Phonetic ?? ""];
  while (groups.length > 1 && groups.at(-1) === "") groups.pop();
  return groups.join("=");
}
