/**
 * The film session of one association and what hangs on it: PS3.4 H.4.1 to H.4.3, H.4.9.
 *
 * One film session at any time; film boxes belong to it, image boxes to a film box. Where the
 * association ends, so does the film session, as after an N-DELETE (H.4.1.2.1.3).
 */
import type { Role } from "../../role.ts";
import { quoted, type Report } from "../finding.ts";
import { BoundedMap } from "./bounded_map.ts";
import {
  ANNOTATION_BOX,
  COLOR_IMAGE_BOX,
  FILM_BOX,
  FILM_SESSION,
  GRAYSCALE_IMAGE_BOX,
} from "./print_attributes.ts";
import { checkMemoryAnswer, checkPrintAttributes } from "./print_rules.ts";
import type { ServiceMessage } from "./service_message.ts";

interface FilmSession {
  /** undefined: nobody named it. */
  readonly instance: string | undefined;
  readonly sender: Role;
}

/** All print SOP classes have UIDs under this one; Media Creation is the exception, and harmless. */
const PRINT_CLASSES = "1.2.840.10008.5.1.1.";
const MAX_BOXES = 1024;
const REFERENCED_FILM_SESSION_SEQUENCE = 0x20100500;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const BOX_SEQUENCES: readonly number[] = [0x20100510, 0x20100520];
const IMAGE_BOX_SEQUENCE = 0x20100510;

export class PrintWatch {
  #session: FilmSession | undefined;
  /** What was not seen may be there. */
  #isUnsure = false;
  readonly #filmBoxes = new BoundedMap<string, true>(MAX_BOXES);
  /** Image and annotation boxes that the printer named. */
  readonly #boxes = new BoundedMap<string, true>(MAX_BOXES);
  /** A film box whose boxes could not be read. */
  #someBoxesUnknown = false;

  lost(): void {
    this.#isUnsure = true;
  }

  message(message: ServiceMessage): void {
    const { command, sopClass } = message;
    if (!sopClass.startsWith(PRINT_CLASSES)) return;
    checkPrintAttributes(message);
    checkMemoryAnswer(message);
    switch (`${command} ${sopClass}`) {
      case `N-CREATE-RQ ${FILM_SESSION}`:
        this.#createSession(message);
        return;
      case `N-DELETE-RQ ${FILM_SESSION}`:
        message.whenAnswered((response) => {
          if (response.isDone) this.#session = undefined;
        });
        return;
      case `N-ACTION-RQ ${FILM_SESSION}`:
        this.#printSession(message);
        return;
      case `N-CREATE-RQ ${FILM_BOX}`:
        this.#createBox(message);
        return;
      case `N-DELETE-RQ ${FILM_BOX}`:
        this.#deleteBox(message);
        return;
      case `N-SET-RQ ${GRAYSCALE_IMAGE_BOX}`:
      case `N-SET-RQ ${COLOR_IMAGE_BOX}`:
      case `N-SET-RQ ${ANNOTATION_BOX}`:
        this.#setBox(message);
        return;
    }
  }

  /** The association is over. */
  end(report: Report): void {
    if (this.#session === undefined || this.#isUnsure) return;
    const { sender, instance } = this.#session;
    const name = instance === undefined ? "The film session" : `Film session ${quoted(instance)}`;
    const text = `${name} was still open: the end of the association deletes it, as N-DELETE does`;
    report("print-session-end", text, { sender });
  }

  #createSession(message: ServiceMessage): void {
    const { sender, instance, say } = message;
    if (this.#session !== undefined && !this.#isUnsure) {
      say(
        "print-session-second",
        "N-CREATE of a film session, and one is open on this association",
      );
    }
    message.whenAnswered((response) => {
      if (!response.isDone) return;
      this.#session = { instance: response.instance ?? instance, sender };
      this.#filmBoxes.clear();
      this.#boxes.clear();
      this.#someBoxesUnknown = false;
    });
  }

  /** Only where the hierarchy has a film box (PS3.4 H.4.1.2.4.3). */
  #printSession({ say }: ServiceMessage): void {
    if (this.#isUnsure || this.#session === undefined || this.#filmBoxes.size > 0) return;
    say("print-order", "N-ACTION prints a film session that has no film box", "PS3.4 H.4.1.2.4");
  }

  #createBox(message: ServiceMessage): void {
    const { instance, say, head } = message;
    const named = head
      ?.items(REFERENCED_FILM_SESSION_SEQUENCE)?.[0]
      ?.text(REFERENCED_SOP_INSTANCE_UID);
    const open = this.#session?.instance;
    if (!this.#isUnsure && this.#session === undefined) {
      say("print-order", "N-CREATE of a film box, and no film session is open", "PS3.4 H.4.1.2.1");
    } else if (named !== undefined && open !== undefined && named !== open) {
      say(
        "print-reference",
        `The film box names film session ${quoted(named)}, open is ${quoted(open)}`,
      );
    }
    message.whenAnswered((response) => {
      if (!response.isDone) return;
      this.#filmBoxes.set(response.instance ?? instance ?? "", true);
      this.#keepBoxes(response);
    });
  }

  /** Without the Image Box UIDs that the printer made, the SCU has nothing to set (H.4.2.2.1). */
  #keepBoxes(response: ServiceMessage): void {
    const { head, say } = response;
    if (head === undefined || head.isEmpty(IMAGE_BOX_SEQUENCE)) {
      const isKnown = head !== undefined || response.observed?.message.dataSetAnnounced === false;
      if (isKnown)
        say("print-answer", "The film box is created without a Referenced Image Box Sequence");
      this.#someBoxesUnknown = true;
      return;
    }
    if (head.cut) this.#someBoxesUnknown = true;
    for (const tag of BOX_SEQUENCES) {
      for (const item of head.items(tag) ?? []) {
        const uid = item.text(REFERENCED_SOP_INSTANCE_UID);
        if (uid !== undefined) this.#boxes.set(uid, true);
      }
    }
    if (this.#boxes.size === MAX_BOXES) this.#someBoxesUnknown = true;
  }

  #deleteBox(message: ServiceMessage): void {
    const { instance } = message;
    message.whenAnswered((response) => {
      if (response.isDone && instance !== undefined) this.#filmBoxes.delete(instance);
    });
  }

  #setBox({ instance, sopClass, say }: ServiceMessage): void {
    if (this.#isUnsure || this.#someBoxesUnknown || instance === undefined) return;
    if (this.#boxes.has(instance)) return;
    const name = sopClass === ANNOTATION_BOX ? "annotation box" : "image box";
    if (this.#filmBoxes.size === 0) {
      say("print-order", `N-SET of an ${name}, and no film box was created`, "PS3.4 H.4.3");
    } else {
      say("print-reference", `N-SET of ${name} ${quoted(instance)}, which no film box named`);
    }
  }
}
