/**
 * What an exchange has in common with others: the UIDs in its messages, and for whom a C-STORE is
 * done.
 *
 * `binds`: exchanges with one of these keys belong to one story. `refers`: what it does something to,
 * which may be of several stories (`story_groups.ts`). `sees`: the exchange belongs to the stories of
 * these keys, and does not make them one; a C-FIND that lists many studies is like that.
 * Rule: bounded, `MAX_KEYS` of each.
 */
import type { DataSet } from "../dataset/data_set.ts";
import { numberOf, textOf } from "../dimse/command_set.ts";
import { statusClass } from "../dimse/status.ts";
import type { ToldMessage } from "./told_message.ts";
import { everywhere } from "./values.ts";

export interface Links {
  /** `study 1.2.3`, `instance 1.2.3`, `transaction 1.2.3`. */
  readonly binds: readonly string[];
  readonly refers: readonly string[];
  readonly sees: readonly string[];
  /** C-STORE: Move Originator AE Title and Message ID (PS3.7 9.1.1.1.6, 9.1.1.1.7). */
  readonly originator: { readonly aeTitle: string; readonly messageId: number } | undefined;
  /** C-MOVE: where to. */
  readonly destination: string | undefined;
  /** UIDs that the request names: what is stored, asked for or retrieved. */
  readonly studies: readonly string[];
  readonly series: readonly string[];
  readonly instances: readonly string[];
  readonly sopClassUid: string;
  /** Octets of the request's data set. */
  readonly length: number;
  /** The response is Success or a warning. */
  readonly succeeded: boolean;
}

/** Of one exchange; a list of matches or of instances has more. */
const MAX_KEYS = 5_000;

const SOP_INSTANCE_UID = 0x00080018;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const TRANSACTION_UID = 0x00081195;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;

export class LinkKeys {
  readonly #binds = new Set<string>();
  readonly #refers = new Set<string>();
  readonly #sees = new Set<string>();
  /** Those that DIMSE-N names: its own where it is one, and several otherwise. */
  readonly #named = new Set<string>();
  #originator: Links["originator"];
  #destination: string | undefined;
  #studies: readonly string[] = [];
  #series: readonly string[] = [];
  #instances: readonly string[] = [];
  #sopClassUid = "";
  #length = 0;
  #succeeded = false;

  request(request: ToldMessage): void {
    const { command, commandSet, data, sopClassUid } = request;
    this.#sopClassUid = sopClassUid;
    this.#length = request.length;
    switch (command) {
      case "C-STORE-RQ": {
        const aeTitle = textOf(commandSet, "MoveOriginatorApplicationEntityTitle");
        const messageId = numberOf(commandSet, "MoveOriginatorMessageID");
        if (aeTitle !== undefined && messageId !== undefined) {
          this.#originator = { aeTitle, messageId };
        }
        this.#studies = data.strings(STUDY_INSTANCE_UID).slice(0, 1);
        this.#series = data.strings(SERIES_INSTANCE_UID).slice(0, 1);
        this.#instances = request.instanceUid === undefined ? [] : [request.instanceUid];
        this.#bind("study", this.#studies);
        this.#bind("instance", this.#instances);
        return;
      }
      case "C-FIND-RQ":
      case "C-MOVE-RQ":
      case "C-GET-RQ":
        this.#destination = textOf(commandSet, "MoveDestination");
        this.#studies = named(data, STUDY_INSTANCE_UID);
        if (this.#studies.length === 1) this.#bind("study", this.#studies);
        else this.#see("study", this.#studies);
        this.#series = named(data, SERIES_INSTANCE_UID);
        this.#instances = named(data, SOP_INSTANCE_UID);
        if (command !== "C-FIND-RQ") add(this.#refers, "instance", this.#instances);
        return;
      default:
        this.#normalized(request);
    }
  }

  response(response: ToldMessage): void {
    const { command, commandSet, data } = response;
    const status = numberOf(commandSet, "Status") ?? -1;
    const kind = statusClass(status);
    this.#succeeded = kind === "success" || kind === "warning";
    switch (command) {
      case "C-FIND-RSP":
        this.#see("study", data.strings(STUDY_INSTANCE_UID));
        if (response.sopClassUid.startsWith(UPS))
          this.#see("instance", named(data, SOP_INSTANCE_UID));
        return;
      case "C-STORE-RSP":
      case "C-MOVE-RSP":
      case "C-GET-RSP":
        return;
      default:
        this.#normalized(response);
    }
  }

  found(): Links {
    add(this.#named.size === 1 ? this.#binds : this.#refers, "study", [...this.#named]);
    const others = (keys: ReadonlySet<string>) => [...keys].filter((key) => !this.#binds.has(key));
    return {
      binds: [...this.#binds],
      refers: others(this.#refers),
      sees: others(this.#sees),
      originator: this.#originator,
      destination: this.#destination,
      studies: this.#studies,
      series: this.#series,
      instances: this.#instances,
      sopClassUid: this.#sopClassUid,
      length: this.#length,
      succeeded: this.#succeeded,
    };
  }

  /** DIMSE-N: its own instance, and whatever it refers to. */
  #normalized({ instanceUid, data }: ToldMessage): void {
    if (instanceUid !== undefined) this.#bind("instance", [instanceUid]);
    add(this.#refers, "instance", everywhere(data, REFERENCED_SOP_INSTANCE_UID, MAX_KEYS));
    this.#bind("transaction", data.strings(TRANSACTION_UID));
    for (const uid of everywhere(data, STUDY_INSTANCE_UID, MAX_KEYS)) {
      if (uid !== "" && this.#named.size < MAX_KEYS) this.#named.add(uid);
    }
  }

  #bind(kind: string, uids: readonly string[]): void {
    add(this.#binds, kind, uids);
  }

  #see(kind: string, uids: readonly string[]): void {
    add(this.#sees, kind, uids);
  }
}

const UPS = "1.2.840.10008.5.1.4.34.6";

/** Well-known instances, the printer and the like, belong to everybody. */
const WELL_KNOWN = "1.2.840.10008.";

function add(keys: Set<string>, kind: string, uids: readonly string[]): void {
  for (const uid of uids) {
    if (uid === "" || uid.startsWith(WELL_KNOWN)) continue;
    if (keys.size >= MAX_KEYS) return;
    keys.add(`${kind} ${uid}`);
  }
}

/** Values of a key, without universal matching and wild cards (PS3.4 C.2.2.2). */
function named(data: DataSet, tag: number): string[] {
  const uids = data.strings(tag).filter((uid) => uid !== "" && !/[*?]/.test(uid));
  return uids.slice(0, MAX_KEYS);
}
