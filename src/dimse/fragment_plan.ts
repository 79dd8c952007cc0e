/**
 * Into which PDVs and PDUs a message is cut (PS3.8 9.3.5, Annex D.1 and E.2; PS3.7 6.3).
 *
 * Rule: no PDU is longer than the peer is ready to receive, whatever is asked for. Fragments are
 * even, but the last of a part and those that are to be as recorded.
 */

/** One fragment of a recorded PDU: of the command set or of the data set, octets. */
export interface FragmentLength {
  readonly isCommand: boolean;
  readonly length: number;
}

/**
 * "max": as long as the peer allows. "one-pdv": a whole part of the message in one PDV, as far as
 * the peer allows. A number: as if the peer allowed no more than that, in octets of its 51H.
 * `recorded`: the fragments of each PDU in turn, those that are too long cut.
 */
export type Fragmentation =
  | "max"
  | "one-pdv"
  | number
  | { readonly recorded: Iterable<readonly FragmentLength[]> };

export interface FragmentPlanOptions {
  /** The peer's 51H: octets after the six of the header; 0 means no limit (PS3.8 D.1). */
  readonly maximumLength: number;
  /** "max" unless told. */
  readonly fragmentation?: Fragmentation | undefined;
  /**
   * The end of the command set and the first fragment of the data set in one PDU: always, or with
   * `recorded` where they were. Legal (PS3.8 E.2), and more than some peers can take.
   */
  readonly pack?: boolean | undefined;
  readonly commandLength: number;
  readonly hasDataSet: boolean;
}

export interface PlannedPdv extends FragmentLength {
  readonly isLast: boolean;
}

/** Without a limit of the peer: what is comfortable to write at once, 256 KiB with the header. */
export const OWN_LIMIT = 256 * 1024 - 6;

export class FragmentPlan {
  readonly #options: FragmentPlanOptions;
  /** Octets of a PDU after its header. */
  readonly #limit: number;
  readonly #recorded: RecordedFragments | undefined;
  #commandLeft: number;
  #over = false;

  constructor(options: FragmentPlanOptions) {
    const { fragmentation = "max" } = options;
    this.#options = options;
    this.#limit = limitOf(options.maximumLength, fragmentation);
    this.#recorded =
      typeof fragmentation === "object" ? new RecordedFragments(fragmentation.recorded) : undefined;
    this.#commandLeft = options.commandLength;
  }

  /** The last PDU was planned. */
  get over(): boolean {
    return this.#over;
  }

  /** The next PDU has octets of the data set in it, or may have. */
  get isAtDataSet(): boolean {
    return this.#commandLeft === 0 || this.#options.pack === true;
  }

  /**
   * The next PDU. `dataLeft`: octets of the data set that are still to be planned; where they are not
   * `all`, because more may come, undefined says that they are too few to decide.
   */
  next(dataLeft: number, all: boolean): readonly PlannedPdv[] | undefined {
    if (this.#over) return undefined;
    const most = all ? MOST : OWN_LIMIT;
    const pdvs = this.#recorded === undefined ? this.#plain(most) : this.#asRecorded(most);
    const planned = this.#cut(pdvs, { dataLeft, all });
    if (planned === undefined) return undefined;
    this.#recorded?.commit();
    for (const { isCommand, length, isLast } of planned) {
      if (isCommand) this.#commandLeft -= length;
      if (isLast) this.#over = !isCommand || !this.#options.hasDataSet;
    }
    return planned;
  }

  /** What is wished for the next PDU, with `most` octets of the data set in it. */
  #plain(most: number): FragmentLength[] {
    const { pack, hasDataSet } = this.#options;
    const whole = even(this.#limit - PDV_HEAD);
    if (this.#commandLeft === 0) return [{ isCommand: false, length: Math.min(whole, most) }];
    const room = even(this.#limit - 2 * PDV_HEAD - this.#commandLeft);
    const packs = pack === true && hasDataSet && room > 0;
    return [
      { isCommand: true, length: Math.min(this.#commandLeft, whole) },
      ...(packs ? [{ isCommand: false, length: Math.min(room, most) }] : []),
    ];
  }

  #asRecorded(most: number): FragmentLength[] {
    const recorded = this.#recorded as RecordedFragments;
    recorded.take(-1, 0);
    const pdvs: FragmentLength[] = [];
    let dataOctets = 0;
    let room = this.#limit;
    let commandLeft = this.#commandLeft;
    for (let at = 0; ; at++) {
      const fragment = recorded.peek(at);
      if (fragment === undefined || (fragment.startsPdu && pdvs.length > 0)) break;
      if (fragment.isCommand ? commandLeft === 0 : !this.#options.hasDataSet) {
        recorded.take(at, 0); // The live message has no octet for it.
        continue;
      }
      if (!fragment.isCommand) {
        if (commandLeft > 0) break;
        if (pdvs.some(({ isCommand }) => isCommand) && this.#options.pack !== true) break;
      }
      // The command set is seldom as long as it was: its last fragment takes all there is.
      const isLastOfCommand = fragment.isCommand && recorded.peek(at + 1)?.isCommand !== true;
      const wished = fragment.isCommand
        ? Math.min(isLastOfCommand ? commandLeft : fragment.length, commandLeft)
        : fragment.length;
      const fits = Math.min(room - PDV_HEAD, fragment.isCommand ? MOST : most - dataOctets);
      if (wished > fits && pdvs.length > 0) break;
      const length = wished <= fits ? wished : even(fits);
      pdvs.push({ isCommand: fragment.isCommand, length });
      if (fragment.isCommand) commandLeft -= length;
      else dataOctets += length;
      room -= PDV_HEAD + length;
      recorded.take(at, isLastOfCommand ? commandLeft : wished - length);
      if (length < wished) break;
    }
    return pdvs.length === 0 ? this.#plain(most) : pdvs;
  }

  #cut(
    pdvs: readonly FragmentLength[],
    of: { readonly dataLeft: number; readonly all: boolean },
  ): readonly PlannedPdv[] | undefined {
    const planned: PlannedPdv[] = [];
    let { dataLeft } = of;
    let commandLeft = this.#commandLeft;
    for (const [at, { isCommand, length: wished }] of pdvs.entries()) {
      if (isCommand) {
        planned.push({ isCommand, length: wished, isLast: wished === commandLeft });
        commandLeft -= wished;
        continue;
      }
      if (planned.some((pdv) => pdv.isLast && !pdv.isCommand)) break;
      const length = of.all ? Math.min(wished, dataLeft) : wished;
      // More may come, or not: only what is not the last octet is surely no last fragment.
      if (!of.all && dataLeft <= length) return undefined;
      dataLeft -= length;
      const isEnd = of.all && dataLeft === 0;
      const next = pdvs[at + 1];
      const emptyFollows = next ? next.length === 0 : this.#recorded?.isEmptyNext() === true;
      planned.push({ isCommand, length, isLast: isEnd && !(wished > 0 && emptyFollows) });
    }
    return planned;
  }
}

/** The recorded fragments one after another, read as far as they are needed. */
class RecordedFragments {
  readonly #pdus: Iterator<readonly FragmentLength[]>;
  readonly #ahead: (FragmentLength & { readonly startsPdu: boolean })[] = [];
  #taken = 0;
  #rest = 0;

  constructor(pdus: Iterable<readonly FragmentLength[]>) {
    this.#pdus = pdus[Symbol.iterator]();
  }

  peek(at: number): (FragmentLength & { readonly startsPdu: boolean }) | undefined {
    while (this.#ahead.length <= at) {
      const next = this.#pdus.next();
      if (next.done === true) return undefined;
      const pdu = next.value.map(({ isCommand, length }, index) => {
        return { isCommand, length, startsPdu: index === 0 };
      });
      this.#ahead.push(...pdu);
    }
    return this.#ahead[at];
  }

  /** The fragments up to this one are in the PDU; of the last one `rest` octets are not. */
  take(at: number, rest: number): void {
    this.#taken = at + 1;
    this.#rest = rest;
  }

  /** The next PDU is as `take` said. */
  commit(): void {
    const last = this.#ahead[this.#taken - 1];
    this.#ahead.splice(0, this.#taken);
    if (last !== undefined && this.#rest > 0) {
      this.#ahead.unshift({ ...last, length: this.#rest, startsPdu: true });
    }
    this.#taken = 0;
    this.#rest = 0;
  }

  /** An empty fragment of the data set ends the recorded message, or may. */
  isEmptyNext(): boolean {
    const next = this.#rest > 0 ? undefined : this.peek(this.#taken);
    return next?.isCommand === false && next.length === 0;
  }
}

function limitOf(maximumLength: number, fragmentation: Fragmentation): number {
  const limit = Math.min(maximumLength || MOST, ownLimit(fragmentation));
  if (even(limit - PDV_HEAD) < 2) {
    throw new RangeError(
      `Cannot send data: a maximum length of ${limit} bytes leaves no room for a fragment`,
    );
  }
  return limit;
}

function ownLimit(fragmentation: Fragmentation): number {
  if (typeof fragmentation === "number") return fragmentation || MOST;
  return fragmentation === "max" ? OWN_LIMIT : MOST;
}

function even(length: number): number {
  return length - (length % 2);
}

/** PDV item length, presentation context ID, message control header. */
export const PDV_HEAD = 6;
/** PDU-length is four octets (PS3.8 Table 9-22). */
const MOST = 0xffffffff;
