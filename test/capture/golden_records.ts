/** One record of each kind of format version 1: what test/captures/v1/small.dcap holds. */
import type { CaptureRecord } from "../../src/capture/record.ts";
import { STARTED_WALL_US } from "../support/captures.ts";

export const GOLDEN_RECORDS: readonly CaptureRecord[] = [
  {
    kind: "open",
    association: 1,
    at: 5_000_100,
    facts: {
      requestor: "127.0.0.1:50312",
      acceptor: "127.0.0.1:104",
      listen: "127.0.0.1:11112",
      route: "pacs",
      wall_us: STARTED_WALL_US + 100,
    },
  },
  {
    kind: "connect",
    association: 1,
    at: 5_000_400,
    facts: { acceptor: "127.0.0.1:104", local: "127.0.0.1:40112" },
  },
  {
    kind: "data",
    association: 1,
    sender: "requestor",
    at: 5_000_500,
    bytes: Uint8Array.of(5, 0, 0, 0, 0, 4, 0, 0, 0, 0), // A-RELEASE-RQ, PS3.8 9.3.6
  },
  {
    kind: "data",
    association: 1,
    sender: "acceptor",
    at: 5_000_900,
    bytes: Uint8Array.of(6, 0, 0, 0, 0, 4, 0, 0, 0, 0), // A-RELEASE-RP, PS3.8 9.3.7
  },
  { kind: "clock", at: 5_001_000, wallUs: STARTED_WALL_US + 86_400_000_000 },
  {
    kind: "gap",
    association: 1,
    sender: "requestor",
    at: 5_001_100,
    length: 5_000_000_000,
    why: "the disk is full",
    until: 5_001_900,
  },
  { kind: "cut", association: 1, sender: "requestor", at: 5_002_000, length: 70_000 },
  {
    kind: "digest",
    association: 1,
    sender: "requestor",
    at: 5_002_000,
    length: 135_536,
    sha256: Uint8Array.from({ length: 32 }, (_, i) => i),
  },
  { kind: "note", at: 5_002_100, facts: { text: "an example", association: 1 } },
  { kind: "lost", at: 5_002_200, length: 12, records: 2, why: "example" },
  { kind: "end", association: 1, sender: "requestor", at: 5_002_300, how: "fin" },
  { kind: "end", association: 1, sender: "acceptor", at: 5_002_400, how: "reset" },
  {
    kind: "close",
    association: 1,
    at: 5_002_500,
    how: "reset",
    by: "acceptor",
    reason: "read ECONNRESET",
  },
];
