/**
 * What a replay changes of the recording before it is sent: AE titles, UIDs, dates, and what the user
 * sets. One `Rewriter` serves a whole run, so that a UID is the same one in every association.
 *
 * Rule: what nothing applies to passes octet for octet. Nothing is changed in responses that are
 * compared; `expected` says how a recorded value should look live.
 * Rule: a UID that the peer gave in the place of a recorded one (`learn`) is sent from then on; one
 * that was sent before is not replaced.
 * Rule: Message IDs, context IDs, group lengths and Data Set Types are the sender's business, not ours.
 * Digital signatures (PS3.15 C) do not hold of what was changed.
 */
import { randomUUID } from "node:crypto";
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import type { CommandValue } from "../../src/dimse/command_set.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import { uidOf } from "../../src/ul/uid_text.ts";
import type { RecordedAssociation, RecordedDataSet, RecordedMessage } from "../recorded.ts";
import { type AeTitles, otherAeTitles, withAeTitles } from "./ae_titles.ts";
import { Aliases } from "./aliases.ts";
import { changedDates, type DateChange, dateStays, daysBetween, isDay, localDay } from "./dates.ts";
import type { EditRules } from "./edit_finder.ts";
import { canSend, rewrittenDataSet } from "./rewritten_data_set.ts";
import { passingForUids, watchedForUids } from "./sent_uids.ts";
import { type MessageSettings, Settings } from "./settings.ts";
import { isWellKnown, looksLikeUid, namesKinds, newUid } from "./uids.ts";
import type { ValueTable } from "./value_table.ts";

export type { AeTitles } from "./ae_titles.ts";
export { canSend };

export type CommandValues = Readonly<Record<string, CommandValue>>;

export interface RewriterOptions {
  /** New AE titles of the requestor and of the acceptor; what is absent stays as recorded. */
  readonly ae?: AeTitles;
  /** "keep" (the default), "new", or a table of recorded to live UIDs. Well-known UIDs stay. */
  readonly uids?: "keep" | "new" | ReadonlyMap<string, string>;
  /** New UIDs are the same for the same seed. Random unless told. */
  readonly seed?: string;
  /**
   * "keep" (the default); "shift" by whole days, from the day of the first association that is
   * replayed to `today`; or a day, "20260203", for all dates.
   */
  readonly dates?: string;
  /** "20260203"; the day of the local clock unless told. */
  readonly today?: string;
  /** As typed: "FILTER/Keyword=value". A RangeError says what is wrong with one. */
  readonly set?: readonly string[];
  /** Values for the templates in `set`, a row a repetition. */
  readonly values?: ValueTable | undefined;
  /** Told in words what could not be looked at for changes. */
  readonly notice?: (text: string) => void;
}

/** What is being rewritten: a message of a recorded association, or the association itself. */
export interface Where {
  readonly association: RecordedAssociation;
  readonly message?: RecordedMessage;
  /** Gathers recorded UIDs that are sent, whatever is sent in their place. */
  readonly named?: Set<string>;
}

/** Where a value stands, for `expectedText`. */
export interface ValuePlace {
  readonly tag: number;
  readonly vr: "UI" | "AE" | "DA" | "DT";
  readonly association: RecordedAssociation;
}

export class Rewriter {
  /** Which live UID stands for which recorded one, so far. */
  readonly aliases: Aliases;
  readonly #options: RewriterOptions;
  readonly #seed: string;
  readonly #settings: Settings;
  readonly #run: Run;

  constructor(options: RewriterOptions = {}, of: Partial<RepetitionOf> = {}) {
    const { dates = "keep" } = options;
    if (dates !== "keep" && dates !== "shift" && !isDay(dates)) {
      throw new RangeError(`Cannot rewrite dates to "${dates}": keep, shift or YYYYMMDD`);
    }
    this.aliases = of.aliases ?? new Aliases();
    this.#options = options;
    this.#run = of.run ?? { seed: options.seed ?? randomUUID(), shift: undefined };
    const number = of.number ?? 0;
    this.#seed = number === 0 ? this.#run.seed : `${this.#run.seed}/${number}`;
    this.#settings =
      of.settings?.repetition(number, this.#seed) ??
      new Settings(options.set ?? [], { seed: this.#seed, table: options.values });
  }

  /** Nothing was asked for, and nothing was learnt: every octet stays. */
  get keeps(): boolean {
    const { ae, uids = "keep", dates = "keep" } = this.#options;
    const asked = uids !== "keep" || dates !== "keep" || otherAeTitles(ae);
    return !asked && this.#settings.empty && !this.aliases.differ;
  }

  /** Paths that the user sets, for who compares: what comes back of them is not as recorded. */
  get set(): readonly string[] {
    return this.#settings.paths;
  }

  /**
   * The same for the n-th time the recording is played, from 0: with new UIDs again, and nothing
   * learnt yet. Counters go on.
   */
  repetition(n: number): Rewriter {
    if (n === 0) return this;
    return new Rewriter(this.#options, { run: this.#run, settings: this.#settings, number: n });
  }

  associateRq(pdu: AAssociateRq, _where: Where): AAssociateRq {
    return withAeTitles(pdu, this.#options.ae);
  }

  /** The command set to send instead of a recorded one. */
  commandSet(values: CommandValues, where: Where): CommandValues {
    const { association } = where;
    // the instance in a response is the peer's, from its request (PS3.7 9.3, 10.3)
    const isResponse = values["MessageIDBeingRespondedTo"] !== undefined;
    const live = (uid: string): string =>
      isResponse ? this.expectedUid(uid, association) : this.#sent(uid, where);
    const other = this.#mapped(values, association, live);
    const { message } = where;
    if (message === undefined || this.#settings.empty) return other;
    return { ...other, ...this.#settings.begin(message, where.association).values };
  }

  /**
   * The octets of a recorded data set in the transfer syntax `to`, rewritten, in pieces that are valid
   * until the next one is asked for. Throws a RangeError
   * where it cannot be had in that syntax (`canSend` tells beforehand); reading throws one where what
   * is set is not in the data set's character set.
   */
  dataSet(
    recorded: RecordedDataSet,
    { to, where }: { readonly to: string; readonly where: Where },
  ): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
    const { association, message } = where;
    const settings = message === undefined ? undefined : this.#settings.of(message, association);
    const rules = this.#rules(where, settings);
    const notice = (text: string): void => {
      const what = message === undefined ? "a data set" : `message ${message.index}`;
      this.#options.notice?.(`${association.capture} #${association.id}, ${what}: ${text}`);
    };
    const found = (uid: string): void => void this.#sent(uid, where);
    if (rules === undefined && recorded.passing !== undefined && recorded.transferSyntax === to) {
      return passingForUids(recorded.passing(), { syntax: to, found });
    }
    const octets = rewrittenDataSet(recorded, { to, rules, notice });
    return rules === undefined ? watchedForUids(octets, { syntax: to, found }) : octets;
  }

  /** A UID of the peer in the place of a recorded one. False where either belongs to another. */
  learn(recorded: string, live: string): boolean {
    return this.aliases.bind(recorded, live);
  }

  /** A recorded answer as it should look live. */
  expected(values: CommandValues, where: Where): CommandValues {
    return this.#mapped(values, where.association, (uid) =>
      this.expectedUid(uid, where.association),
    );
  }

  /** A recorded value of a data set as it should look live. */
  expectedText(text: string, place: ValuePlace): string {
    const { association } = place;
    return this.#text(text, place, (uid) => this.expectedUid(uid, association));
  }

  /** The live UID of a recorded one. */
  expectedUid(uid: string, association: RecordedAssociation): string {
    if (this.uidStays(uid, association)) return uid;
    const known = this.aliases.live(uid);
    if (known !== undefined) return known;
    const { uids = "keep" } = this.#options;
    if (uids === "keep") return uid;
    return uids === "new" ? newUid(uid, this.#seed) : (uids.get(uid) ?? uid);
  }

  /** Whether a UID is the same in any replay: well-known, or a syntax of the association. */
  uidStays(uid: string, association: RecordedAssociation): boolean {
    return !looksLikeUid(uid) || isWellKnown(uid) || this.#syntaxes(association).has(uid);
  }

  /** The live UID; from now on no other is learnt for it. */
  #sent(uid: string, { association, named }: Where): string {
    const live = this.expectedUid(uid, association);
    if (this.uidStays(uid, association)) return live;
    named?.add(uid);
    this.aliases.send(uid, live);
    return live;
  }

  #rules(where: Where, settings: MessageSettings | undefined): EditRules | undefined {
    if (this.keeps) return undefined;
    return {
      text: (tag, vr, text) => {
        if (vr !== "UI" && vr !== "AE" && vr !== "DA" && vr !== "DT") return undefined;
        const place = { tag, vr, association: where.association } as const;
        const other = this.#text(text, place, (uid) => this.#sent(uid, where));
        return other === text ? undefined : other;
      },
      set: settings?.tree,
    };
  }

  #text(text: string, place: ValuePlace, live: (uid: string) => string): string {
    const { tag, vr, association } = place;
    switch (vr) {
      case "UI":
        if (namesKinds(tag)) return text;
        return eachValue(text, (value) => {
          const uid = uidOf(value);
          const other = live(uid);
          return other === uid ? value : other;
        });
      case "AE":
        return eachValue(text, (title) => this.#aeTitle(title, tag, association));
      case "DA":
      case "DT": {
        const change = dateStays(tag) ? undefined : this.#dateChange(association);
        return change === undefined ? text : changedDates(text, change);
      }
      default:
        return vr satisfies never;
    }
  }

  #mapped(
    values: CommandValues,
    association: RecordedAssociation,
    live: (uid: string) => string,
  ): CommandValues {
    const other: Record<string, CommandValue> = {};
    for (const [keyword, value] of Object.entries(values)) {
      const entry = commandElementByKeyword(keyword);
      const vr = entry?.vr;
      other[keyword] =
        typeof value === "string" && entry !== undefined && (vr === "UI" || vr === "AE")
          ? this.#text(value, { tag: entry.tag, vr, association }, live)
          : value;
    }
    return other;
  }

  #aeTitle(title: string, tag: number, { summary }: RecordedAssociation): string {
    const { calling, called, others } = this.#options.ae ?? {};
    const bare = title.trim();
    const isCalling = calling !== undefined && bare === summary.calling_ae_title;
    const isCalled = called !== undefined && bare === summary.called_ae_title;
    // a PACS that is asked by its own name is meant where images are, the requestor everywhere else
    if (isCalled && (tag === RETRIEVE_AE_TITLE || !isCalling)) return called;
    return isCalling ? calling : (others?.get(bare) ?? title);
  }

  #dateChange(association: RecordedAssociation): DateChange | undefined {
    const { dates = "keep", today } = this.#options;
    if (dates === "keep") return undefined;
    if (dates !== "shift") return { day: dates };
    const { wallUs } = association;
    if (this.#run.shift === undefined && wallUs === undefined) {
      this.#options.notice?.(`${association.capture} does not tell its day: no date is shifted`);
      return undefined;
    }
    this.#run.shift ??= daysBetween(localDay((wallUs ?? 0) / 1000), today ?? localDay(Date.now()));
    return { days: this.#run.shift };
  }

  #syntaxes(association: RecordedAssociation): ReadonlySet<string> {
    const known = SYNTAXES.get(association);
    if (known !== undefined) return known;
    const syntaxes = new Set(
      association.contexts.flatMap(({ abstractSyntax, transferSyntax }) => [
        abstractSyntax,
        transferSyntax ?? "",
      ]),
    );
    SYNTAXES.set(association, syntaxes);
    return syntaxes;
  }
}

/** What all repetitions share. */
interface Run {
  readonly seed: string;
  /** Whole days, once the first association is known. */
  shift: number | undefined;
}

interface RepetitionOf {
  readonly run: Run;
  readonly settings: Settings;
  readonly number: number;
  /** What was learnt elsewhere, to go on with. */
  readonly aliases: Aliases;
}

const RETRIEVE_AE_TITLE = 0x00080054;
/** Abstract and transfer syntaxes of an association: private SOP classes are well-known there. */
const SYNTAXES = new WeakMap<RecordedAssociation, ReadonlySet<string>>();

/** Each of the values between backslashes; the same text where none changes. */
function eachValue(text: string, other: (value: string) => string): string {
  return text.includes("\\") ? text.split("\\").map(other).join("\\") : other(text);
}
