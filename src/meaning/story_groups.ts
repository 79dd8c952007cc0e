/**
 * Which lines make a story: those that have a key in common, and what refers to them.
 *
 * - Lines with a key of their own in common (a study, an instance, a transaction) belong together:
 *   that is known before, in `unions`.
 * - What refers to others (instances to be committed or moved, the C-STOREs that a C-MOVE caused)
 *   joins them, as long as they are of one study.
 * - Rule: an operation that refers to several studies is part of the story of each, and does not make
 *   them one. What shares a key with it, as the report of a commitment does, goes where it goes.
 * - A C-MOVE or a procedure step that names one study, and has nothing but instances of another, was
 *   given them under another Study Instance UID: the two are one story.
 */
import type { Unions } from "./unions.ts";

export interface GroupLine {
  /** Of the line itself, in `unions`. */
  readonly key: string;
  /** It names a study of its own. */
  readonly hasStudy: boolean;
  /** Keys of what it refers to: of other lines, or such as these may have. */
  readonly refers: readonly string[];
  /** Stories of these keys show it, if there are such stories. */
  readonly sees: readonly string[];
}

export interface Group<Line> {
  /** Of this story and no other, so they say what it is about. */
  readonly members: ReadonlySet<Line>;
  /** Part of other stories too. */
  readonly guests: ReadonlySet<Line>;
}

/** What is decided of together: a line, or lines that share a key and name no study. */
interface Unit<Line> {
  readonly key: string;
  readonly hasStudy: boolean;
  readonly lines: Line[];
  readonly refers: string[];
}

interface OpenGroup<Line> {
  readonly members: Set<Line>;
  readonly guests: Set<Line>;
}

/** Joins in `unions` what turns out to be one story. */
export function storyGroups<Line extends GroupLine>(
  lines: readonly Line[],
  unions: Unions,
): Group<Line>[] {
  const studies = new Set<string>();
  for (const { key, hasStudy } of lines) {
    const root = unions.root(key); // also of a line that has no key in common with others
    if (hasStudy) studies.add(root);
  }
  const spread: { readonly unit: Unit<Line>; readonly over: readonly string[] }[] = [];
  for (const unit of unitsOf(lines, { unions, studies })) {
    const own = unions.root(unit.key);
    const others = new Set(unit.refers.map((key) => unions.root(key)));
    const isAmongThem = others.delete(own);
    const named = [...others].filter((root) => studies.has(root));
    const isRenamed = unit.hasStudy && !isAmongThem && named.length === 1;
    if (named.length + (studies.has(own) && !isRenamed ? 1 : 0) > 1) {
      spread.push({ unit, over: [...others] });
      continue;
    }
    for (const other of others) unions.join(unit.key, other);
    if (named.length > 0 || studies.has(own)) studies.add(unions.root(unit.key));
  }
  const groups = new Map<string, OpenGroup<Line>>();
  for (const line of lines) {
    if (unions.isAlone(line.key)) continue;
    const root = unions.root(line.key);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, { members: new Set([line]), guests: new Set() });
    else group.members.add(line);
  }
  const placed = spread.map(({ unit, over }) => {
    const root = unions.root(unit.key);
    const guests = studies.has(root) ? unit.lines : (groups.get(root)?.members ?? unit.lines);
    return { root, guests: [...guests], over: over.map((key) => unions.root(key)) };
  });
  for (const { root, guests, over } of placed) {
    for (const other of over) addGuests(groups.get(other), guests);
    if (!studies.has(root)) groups.delete(root); // all of it is in the stories that it spans
  }
  for (const line of lines) {
    for (const key of line.sees) addGuests(groups.get(unions.find(key) ?? ""), [line]);
  }
  return [...groups.values()];
}

function addGuests<Line>(group: OpenGroup<Line> | undefined, lines: readonly Line[]): void {
  for (const line of lines) if (group?.members.has(line) === false) group.guests.add(line);
}

/** Those that refer to something that another line has, or refers to as well. */
function unitsOf<Line extends GroupLine>(
  lines: readonly Line[],
  { unions, studies }: { readonly unions: Unions; readonly studies: ReadonlySet<string> },
): Unit<Line>[] {
  const units = new Map<string, Unit<Line>>();
  /** What nobody has, and who referred to it first. */
  const loose = new Map<string, string>();
  for (const line of lines) {
    const { key } = line;
    const root = unions.root(key);
    const hasStudy = studies.has(root);
    const at = hasStudy ? key : root;
    const unit = units.get(at) ?? { key, hasStudy, lines: [], refers: [] };
    units.set(at, unit);
    unit.lines.push(line);
    for (const other of line.refers) {
      if (unions.find(other) !== undefined) unit.refers.push(other);
      else if (loose.has(other)) unit.refers.push(loose.get(other) ?? key);
      else loose.set(other, key);
    }
  }
  return [...units.values()].filter(({ refers }) => refers.length > 0);
}
