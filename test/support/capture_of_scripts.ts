/** A capture file of scripted associations, as if the recorder had seen them one after another. */
import type { CaptureRecord } from "../../src/capture/record.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { STARTED_WALL_US, writeCapture } from "./captures.ts";
import { ac, RELEASE, rq, type Script, type Step } from "./scripted_association.ts";

/** Each association takes place a second after the one before; every step takes a millisecond. */
export function captureOfScripts(scripts: readonly Script[]): Uint8Array {
  return writeCapture(scripts.flatMap((script, index) => recordsOf(script, index + 1)));
}

function recordsOf(script: Script, association: number): CaptureRecord[] {
  const start = 5_000_000 + association * 1_000_000;
  const facts = {
    requestor: `127.0.0.1:${50_000 + association}`,
    acceptor: "127.0.0.1:104",
    wall_us: STARTED_WALL_US + association * 1_000_000,
  };
  const records: CaptureRecord[] = [{ kind: "open", association, at: start, facts }];
  let at = start;
  const { rq: request = rq(), ac: accept = ac(), steps = [], end = RELEASE } = script;
  const all: Step[] = [
    ...(request === null ? [] : [["requestor", request] as const]),
    ...(accept === null ? [] : [["acceptor", accept] as const]),
    ...steps,
    ...end,
  ];
  for (const step of all) {
    at += 1_000;
    if ("wait" in step) at += step.wait;
    else if ("gap" in step) {
      const { gap: sender, length } = step;
      records.push({ kind: "gap", association, sender, at, length, why: "scripted" });
    } else {
      const [sender, what] = step;
      if (what === "fin" || what === "reset") {
        records.push({ kind: "end", association, sender, at, how: what });
      } else {
        const bytes = what instanceof Uint8Array ? what : encodePdu(what);
        records.push({ kind: "data", association, sender, at, bytes });
      }
    }
  }
  records.push({ kind: "close", association, at: at + 1_000, how: "fin", by: "requestor" });
  return records;
}
