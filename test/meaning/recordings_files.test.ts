/** Recordings of real programs and hostile streams, told in words. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "vitest";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { Narrator, type Sentence } from "../../src/meaning/narrator.ts";
import { HEAD_LENGTH, readHead } from "../../src/meaning/read_head.ts";
import { StoryBook } from "../../src/meaning/story.ts";
import { AssociationObserver } from "../../src/observe/association_observer.ts";
import type { AssociationSink } from "../../src/observe/association_sink.ts";
import type { Role } from "../../src/role.ts";
import { corpusPath, hasCorpus, readCorpus, readCorpusJson } from "../support/corpus.ts";
import { readPcap } from "../support/pcap.ts";
import { bytesOfHex } from "../support/vectors.ts";

interface Heard {
  readonly observer: AssociationObserver;
  readonly sentences: Sentence[];
  /** Exchanges that ended. */
  exchanges: number;
  dumped: number;
}

/** A narrator beside a listener that counts, and that dumps every data set. */
function hearing(): Heard {
  const sentences: Sentence[] = [];
  const narrator = new Narrator({ told: (sentence) => sentences.push(sentence) });
  const sink: AssociationSink = {
    messageStarted: (observed) => narrator.messageStarted(observed),
    messageEnded: (observed) => {
      narrator.messageEnded(observed);
      const head = readHead(observed);
      if (head !== undefined) for (const line of dumpDataSet(head.dataSet)) assert.ok(line !== "");
      if (head !== undefined) heard.dumped++;
    },
    exchangeEnded: (exchange) => {
      heard.exchanges++;
      narrator.exchangeEnded(exchange);
    },
  };
  const observer = new AssociationObserver(sink, { headLength: HEAD_LENGTH });
  const heard: Heard = { observer, sentences, exchanges: 0, dumped: 0 };
  return heard;
}

describe.skipIf(!hasCorpus)("Narrator on recordings", () => {
  const names = hasCorpus
    ? readdirSync(corpusPath("pcaps")).filter((name) => name.endsWith(".pcap"))
    : [];

  test("has one sentence for each exchange, and links what belongs together", () => {
    let exchanges = 0;
    let dumped = 0;
    let stores = 0;
    let linked = 0;
    for (const name of names) {
      const book = new StoryBook();
      for (const [id, connection] of readPcap(readCorpus(`pcaps/${name}`)).entries()) {
        const heard = hearing();
        const { observer } = heard;
        const { requestor, acceptor } = connection;
        observer.opened({
          capture: name,
          id,
          at: connection.events[0]?.at ?? 0,
          requestor,
          acceptor,
        });
        let last = 0;
        for (const event of connection.events) {
          last = event.at;
          if (event.kind === "bytes") observer.bytes(event.sender, event.at, event.bytes);
          else observer.ended(event.sender, event.at, event.kind);
        }
        observer.closed(last, "closed");
        assert.equal(observer.undecodable, false, name);
        assert.equal(heard.sentences.length, heard.exchanges, name);
        exchanges += heard.exchanges;
        dumped += heard.dumped;
        const { calling_ae_title, called_ae_title } = observer.summary();
        for (const sentence of heard.sentences) {
          assert.match(sentence.text, /^[CN]-[A-Z-]+ .+ -> .+$/, name);
          book.add(sentence, {
            capture: name,
            captureId: name,
            association: id,
            callingAeTitle: calling_ae_title ?? "",
            calledAeTitle: called_ae_title ?? "",
            at: sentence.exchange.at,
            endAt: sentence.exchange.lastResponseAt ?? sentence.exchange.sentAt,
          });
        }
      }
      for (const { lines } of book.stories().stories) {
        for (const { sentence, linkedBy } of lines) {
          if (sentence.links.originator === undefined) continue;
          stores++;
          if (linkedBy === "move originator") linked++;
        }
      }
    }
    console.log(
      `S-08: ${names.length} recordings, ${exchanges} exchanges with a sentence each, ${dumped} data sets dumped, ${linked} of ${stores} C-STOREs with an originator linked to their C-MOVE`,
    );
    assert.ok(exchanges > 50);
    assert.equal(linked, stores);
  });
});

interface Hostile {
  readonly id: string;
  readonly stage: "base" | "first" | "answer" | "after-ac" | "transport";
  readonly sender: Role;
  readonly hex?: string;
  readonly file?: string;
  readonly rq?: string;
  readonly ac?: string;
}

describe.skipIf(!hasCorpus)("Narrator on hostile streams", () => {
  test("D-01 never throws, and tells as many sentences as there are exchanges", () => {
    const all = hasCorpus ? (readCorpusJson("malformed.json") as readonly Hostile[]) : [];
    const base = all.find(({ stage }) => stage === "base");
    let streams = 0;
    for (const { id, stage, sender, hex, file } of all) {
      if (stage === "base" || (hex === undefined && file === undefined)) continue;
      const heard = hearing();
      const { observer } = heard;
      observer.opened({ capture: "c", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
      if (stage !== "first") observer.bytes("requestor", 1, bytesOfHex(base?.rq ?? ""));
      if (stage === "after-ac") observer.bytes("acceptor", 2, bytesOfHex(base?.ac ?? ""));
      observer.bytes(sender, 3, hex === undefined ? readCorpus(file ?? "") : bytesOfHex(hex));
      observer.closed(4, "fin");
      assert.equal(observer.undecodable, false, id);
      assert.equal(heard.sentences.length, heard.exchanges, id);
      for (const { text } of heard.sentences) assert.ok(!/[\x00-\x1f\x7f]/.test(text), id);
      streams++;
    }
    console.log(`D-01: ${streams} hostile streams told, 0 throws`);
    assert.ok(streams > 80);
  });
});
