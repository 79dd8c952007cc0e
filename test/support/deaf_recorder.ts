/**
 * The relay's side of recording with a recorder's thread that takes every batch and reads none: what is
 * told when such a thread dies or does not finish.
 */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { MessagePort, Worker } from "node:worker_threads";
import type { ReadBatch } from "../../proxy/record_queue.ts";
import type { RecorderReport, RecorderWorkerData } from "../../proxy/recorder/worker_messages.ts";
import { Recording, type RecordingOptions } from "../../proxy/recording.ts";
import type { RecordingLoss } from "../../proxy/recording_loss.ts";
import type { AssociationTap } from "../../proxy/relay_tap.ts";
import { systemClock } from "../../src/io/clock.ts";
import type { StartWorkerOptions } from "../../src/io/worker_start.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";

/** Octets of the queue between the threads. */
const CAPACITY = 1_048_576;

/** Octets that `overflow` sends at a time. */
export const CHUNK = 20_000;

export interface Heard {
  readonly associations: AssociationJson[];
  readonly alarms: string[];
  readonly losses: RecordingLoss[];
}

export function setUpRecording(
  changes: Partial<RecordingOptions> & { readonly directory?: string } = {},
) {
  const heard: Heard = { associations: [], alarms: [], losses: [] };
  const recording = new Recording({
    clock: systemClock(),
    queueSize: CAPACITY,
    onFull: "gap",
    recorder: {
      directory: changes.directory,
      payload: "full",
      filter: undefined,
      rotateSize: undefined,
      rotateTime: undefined,
      retainSize: undefined,
      retainAge: undefined,
      fsync: "never",
    },
    onAssociation: (association) => heard.associations.push(association),
    onStatus: () => {},
    onAlarm: (text) => heard.alarms.push(text),
    onLoss: (loss) => heard.losses.push(loss),
    ...changes,
  });
  return { recording, heard };
}

/** A recorder's thread that takes every batch and reads none; its reports come from the test. */
export class DeafThread extends EventEmitter {
  /** Where batches go back. */
  #batches: MessagePort | undefined;

  /** For `RecordingOptions.start`. */
  started(options: StartWorkerOptions | undefined): Worker {
    this.#batches = (options?.workerData as RecorderWorkerData | undefined)?.batches;
    return this as unknown as Worker;
  }

  /** One batch comes back. */
  giveBack({ traffic = 0, gaps = 0 }: { readonly traffic?: number; readonly gaps?: number }): void {
    const buffer = new ArrayBuffer(CAPACITY);
    this.#batches?.postMessage({ buffer, traffic, gaps } satisfies ReadBatch, [buffer]);
  }

  postMessage(): void {}

  terminate(): Promise<number> {
    return Promise.resolve(0);
  }

  tell(report: RecorderReport): void {
    this.emit("message", report);
  }
}

/** An association of which nothing has passed yet. */
export function opened(recording: Recording): AssociationTap {
  const address = "127.0.0.1:104";
  const tap = recording.opened({ id: 1, listen: address, to: address, requestor: address });
  assert.ok(tap);
  return tap;
}

/** Chunks of a requestor, until one finds no room in the queue. Gives the octets that did. */
export function overflow(recording: Recording, tap: AssociationTap): number {
  for (let taken = 0; taken < CAPACITY; taken += CHUNK) {
    tap.data("requestor", new Uint8Array(CHUNK));
    if (recording.overflowed > 0) return taken;
  }
  return assert.fail("the queue is full at last");
}
