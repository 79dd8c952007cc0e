/**
 * Print Management (PS3.4 H.4): a film session, its film boxes, their image boxes; all of them live as
 * long as the association (H.2.2), and there is one session in it (H.4.1.2.1).
 *
 * Rule: the printer, its configuration and its jobs have no state here: what was recorded of them is
 * answered.
 */
import {
  ANNOTATION_BOX,
  COLOR_IMAGE_BOX,
  FILM_BOX,
  FILM_SESSION,
  GRAYSCALE_IMAGE_BOX,
} from "../../../../src/observe/service/print_attributes.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { LiveAnswer } from "../../responder.ts";
import { findElement, itemsOf, textOf } from "../query/candidate.ts";
import { boxesOf, filmBoxAnswer, IMAGE_DISPLAY_FORMAT } from "./film_box.ts";
import { imageBoxes } from "./image_display_format.ts";
import { liveAnswer } from "./live_references.ts";
import {
  type Asked,
  DUPLICATE_INSTANCE,
  type Granted,
  INVALID_VALUE,
  judgeExistence,
  NO_SUCH_INSTANCE,
  type Refusal,
  rememberExistence,
  type ServiceRules,
} from "./service_rules.ts";

const CLASSES: ReadonlySet<string> = new Set([
  FILM_SESSION,
  FILM_BOX,
  GRAYSCALE_IMAGE_BOX,
  COLOR_IMAGE_BOX,
  ANNOTATION_BOX,
]);

const REFERENCED_FILM_SESSION_SEQUENCE = 0x20100500;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
/** Film session hierarchy without film boxes (PS3.4 H.4.1.2.4.2). */
const NO_FILM_BOX = 0xc600;

export const PRINT_RULES: ServiceRules = {
  takes: (sopClassUid) => CLASSES.has(sopClassUid),
  lives: "association",
  judge: (asked) => judgeExistence(asked) ?? judgeHierarchy(asked),
  remember: (done) => {
    const { request, instances, uid, answer } = done;
    rememberExistence(done);
    if (request.operation !== "N-CREATE" || request.sopClassUid !== FILM_BOX) return;
    const [session] = instances.ofClass(FILM_SESSION);
    if (session !== undefined) instances.change(uid, { parent: session[0] });
    for (const { sopClassUid, sopInstanceUid } of answer === undefined ? [] : boxesOf(answer)) {
      instances.create(sopInstanceUid, { sopClassUid, parent: uid });
    }
  },
  fitted: (granted) => {
    const { operation, sopClassUid } = granted.request;
    const isFilm = operation === "N-CREATE" && sopClassUid === FILM_BOX;
    return isFilm ? filmBoxAnswer(granted) : withFreshReferences(granted);
  },
};

function judgeHierarchy(asked: Asked): Refusal | undefined {
  const { request, instances, dataSet } = asked;
  const because = "state";
  const [session] = instances.ofClass(FILM_SESSION);
  switch (`${request.operation} ${request.sopClassUid}`) {
    case `N-CREATE ${FILM_SESSION}`: {
      if (session === undefined) return undefined;
      const comment = "There is a film session on this association";
      return { status: DUPLICATE_INSTANCE, comment, because };
    }
    case `N-CREATE ${FILM_BOX}`: {
      const [named] = itemsOf(findElement(dataSet, REFERENCED_FILM_SESSION_SEQUENCE));
      const uid = named && textOf(named, REFERENCED_SOP_INSTANCE_UID);
      if (session === undefined || (uid !== undefined && uid !== session[0])) {
        const comment = "No such film session";
        return { status: NO_SUCH_INSTANCE, comment, because };
      }
      if (imageBoxes(dataSet.text(IMAGE_DISPLAY_FORMAT) ?? "") !== undefined) return undefined;
      const comment = "Image Display Format (2010,0010) is not supported";
      return { status: INVALID_VALUE, comment, because };
    }
    case `N-ACTION ${FILM_SESSION}`: {
      if (session === undefined || !instances.ofClass(FILM_BOX).next().done) return undefined;
      return { status: NO_FILM_BOX, comment: "The film session has no film box", because };
    }
    default:
      return undefined;
  }
}

/** Print jobs are made anew (PS3.4 H.4.2.2.4.2): a recorded one must not be taken for them. */
function withFreshReferences({ request, answer }: Granted): LiveAnswer {
  const { instances } = request.server;
  const isNew = request.operation === "N-ACTION";
  const live = (recorded: string, tag: number): string | undefined => {
    const known = instances.liveOf(recorded);
    if ((known !== undefined && !isNew) || tag !== REFERENCED_SOP_INSTANCE_UID) return known;
    const fresh = freshUid();
    instances.learn(recorded, fresh);
    return fresh;
  };
  return liveAnswer(answer, live);
}
