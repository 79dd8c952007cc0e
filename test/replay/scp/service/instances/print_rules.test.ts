import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { ReplayScpOptions } from "../../../../../replay/scp/options.ts";
import { imageBoxes } from "../../../../../replay/scp/service/instances/image_display_format.ts";
import { replayAsScu } from "../../../../../replay/scu/replay_as_scu.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../../../src/service/service_user.ts";
import { ROOT } from "../../../../support/runtimes.ts";
import { ask, at, hex, whilePlaying } from "../recorded_pacs.ts";

/** DCMTK's print server, asked to print one image. */
const CAPTURE = join(ROOT, "test/captures/services/print.dcap");
const META = "1.2.840.10008.5.1.1.9";
const SESSION = "1.2.840.10008.5.1.1.1";
const FILM_BOX = "1.2.840.10008.5.1.1.2";
const IMAGE_BOX = "1.2.840.10008.5.1.1.4";
const PRINTER = "1.2.840.10008.5.1.1.16";

describe("Print Management in replay (PS3.4 H.4)", () => {
  const createSession = (user: ServiceUser) =>
    ask(user, { operation: "N-CREATE", sopClass: SESSION }, ["NumberOfCopies=1"]);

  const createFilm = (user: ServiceUser, session: string, format: string) =>
    ask(user, { operation: "N-CREATE", sopClass: FILM_BOX }, [
      `ImageDisplayFormat=${format}`,
      `ReferencedFilmSessionSequence[0].ReferencedSOPClassUID=${SESSION}`,
      `ReferencedFilmSessionSequence[0].ReferencedSOPInstanceUID=${session}`,
    ]);

  test("a film has as many image boxes as the live format, all of them new", async () => {
    await whilePlaying({ captures: [CAPTURE] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [META] });
      const session = await createSession(user);
      assert.equal(hex(session.status), "0000");
      const uid = String(session.values["AffectedSOPInstanceUID"]);
      assert.match(uid, /^2\.25\./);
      const uids = new Set<string>();
      let films = 0;
      for (const [format, count] of [
        ["STANDARD\\2,3", 6],
        ["ROW\\2,3,1", 6],
        ["COL\\1,1", 2],
        ["STANDARD\\1,1", 1],
        ["SLIDE", 1],
      ] as const) {
        const film = await createFilm(user, uid, format);
        assert.equal(hex(film.status), "0000");
        const answer = await film.read();
        const boxes = answer?.items("ReferencedImageBoxSequence") ?? [];
        assert.equal(boxes.length, count, format);
        assert.equal(answer?.text("ImageDisplayFormat"), format);
        for (const box of boxes) {
          assert.equal(box.text("ReferencedSOPClassUID"), IMAGE_BOX);
          uids.add(box.text("ReferencedSOPInstanceUID") ?? "");
        }
        films++;
        const [first] = boxes;
        const image = { operation: "N-SET", sopClass: IMAGE_BOX } as const;
        const sopInstanceUid = first?.text("ReferencedSOPInstanceUID") ?? "";
        const set = await ask(user, { ...image, sopInstanceUid }, ["ImageBoxPosition=1"]);
        assert.equal(hex(set.status), "0000");
        const printed = await ask(user, {
          operation: "N-ACTION",
          sopClass: FILM_BOX,
          sopInstanceUid: String(film.values["AffectedSOPInstanceUID"]),
          actionTypeId: 1,
        });
        assert.equal(hex(printed.status), "0000");
      }
      assert.equal(uids.size, 16);
      console.log(`${films} films of other formats than recorded: ${uids.size} image boxes`);
    });
  });

  test("printed as recorded it is told so, whatever the UIDs of session, film and boxes are", async () => {
    const told: string[] = [];
    const options: ReplayScpOptions = {
      captures: [CAPTURE],
      onEvent: (event) => {
        if (event.event === "request") told.push(`${event.request} ${event.by}`);
      },
    };
    await whilePlaying(options, async ({ host, port }) => {
      const speed = Number.POSITIVE_INFINITY;
      const { summary } = await replayAsScu({ captures: [CAPTURE], host, port, speed });
      assert.equal(summary.same, summary.exchanges);
    });
    const films = told.filter((text) => text.startsWith("N-CREATE-RQ"));
    assert.deepEqual(
      films,
      Array.from({ length: 3 }, () => "N-CREATE-RQ exact"),
    );
    assert.deepEqual(
      told.filter((text) => !text.endsWith(" exact")),
      [],
    );
  });

  test("the hierarchy is kept: one session, its films, their boxes", async () => {
    await whilePlaying({ captures: [CAPTURE] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [META] });
      assert.equal(hex((await createFilm(user, "2.25.1", "STANDARD\\1,1")).status), "0112");
      const session = await createSession(user);
      const uid = String(session.values["AffectedSOPInstanceUID"]);
      assert.equal(hex((await createSession(user)).status), "0111");
      assert.equal(hex((await createFilm(user, "2.25.1", "STANDARD\\1,1")).status), "0112");
      assert.equal(hex((await createFilm(user, uid, "STANDARD\\0,1")).status), "0106");
      const film = await createFilm(user, uid, "STANDARD\\1,2");
      const [box] = (await film.read())?.items("ReferencedImageBoxSequence") ?? [];
      const image = { operation: "N-SET", sopClass: IMAGE_BOX } as const;
      const sopInstanceUid = box?.text("ReferencedSOPInstanceUID") ?? "";
      const set = () => ask(user, { ...image, sopInstanceUid }, ["ImageBoxPosition=1"]);
      assert.equal(hex((await set()).status), "0000");
      const gone = await ask(user, {
        operation: "N-DELETE",
        sopClass: SESSION,
        sopInstanceUid: uid,
      });
      assert.equal(hex(gone.status), "0000");
      assert.equal(hex((await set()).status), "0112");
      // and there may be another one
      assert.equal(hex((await createSession(user)).status), "0000");
      const printer = "1.2.840.10008.5.1.1.17";
      const get = await ask(user, {
        operation: "N-GET",
        sopClass: PRINTER,
        sopInstanceUid: printer,
      });
      assert.equal(hex(get.status), "0000");
    });
  });

  test("another association has film sessions of its own", async () => {
    await whilePlaying({ captures: [CAPTURE] }, async ({ port }) => {
      await using one = await openAssociation({ ...at(port), contexts: [META] });
      await using other = await openAssociation({ ...at(port), contexts: [META] });
      const session = await createSession(one);
      const uid = String(session.values["AffectedSOPInstanceUID"]);
      assert.equal(hex((await createFilm(other, uid, "STANDARD\\1,1")).status), "0112");
      assert.equal(hex((await createSession(other)).status), "0000");
    });
  });

  test("imageBoxes() reads PS3.3 C.13.3.1", () => {
    const found = ["STANDARD\\4,3", "ROW\\1,2", "COL\\2,2,2", "SLIDE", "SUPERSLIDE", "CUSTOM\\1"];
    assert.deepEqual(found.map(imageBoxes), [12, 3, 6, ...Array(3).fill("by the printer")]);
    const wrong = ["", "STANDARD", "STANDARD\\4", "STANDARD\\4,0", "ROW\\", "ROW\\a", "X\\1,1"];
    for (const format of [...wrong, "STANDARD\\999,999", `ROW\\${"9,".repeat(99)}9`]) {
      assert.equal(imageBoxes(format), undefined, format);
    }
  });
});
