/** What a replay keeps of what comes: instances as files (`--store`), all octets as a capture (`--record`). */
import type { Association } from "../../src/io/association.ts";
import { ReceivedFiles } from "../../src/service/received_files.ts";
import type { PerformRequest } from "../../src/service/service_message.ts";
import type { RecordedConnection, RecordedSource } from "../record/recorded_connection.ts";
import { ReplayRecorder } from "../record/replay_recorder.ts";

export interface KeptOptions {
  readonly store?: string;
  readonly record?: string;
  /** Capture IDs of what is played. */
  readonly sources: readonly Uint8Array[];
  readonly warn: (text: string) => void;
}

export class Kept {
  readonly #files: ReceivedFiles | undefined;
  readonly #recorder: ReplayRecorder | undefined;

  /** Throws the system's error, or a `RecordingFault`, where a directory cannot be used. */
  constructor({ store, record, sources, warn }: KeptOptions) {
    if (store !== undefined) {
      this.#files = new ReceivedFiles(store, {
        sendingAeTitle: "",
        receivingAeTitle: "",
        received: () => undefined,
        failed: (error) => warn(error.message),
      });
    }
    if (record !== undefined) {
      this.#recorder = new ReplayRecorder({
        directory: record,
        sources,
        report: warn,
      });
    }
  }

  /** Path of the capture that is being written. */
  get record(): string | null {
    return this.#recorder?.path ?? null;
  }

  get keepsInstances(): boolean {
    return this.#files !== undefined;
  }

  /** The next connection that comes, where it is recorded. */
  connection(): RecordedConnection | undefined {
    return this.#recorder?.connection("acceptor");
  }

  /** The next one that this side opens, linked to the recorded association that it plays. */
  opened(plays: RecordedSource | undefined): RecordedConnection | undefined {
    return this.#recorder?.connection("requestor", plays);
  }

  /** Keeps the instance of a C-STORE; the status of that, 0000H where nothing failed. */
  async instance(request: PerformRequest, { request: rq }: Association): Promise<number> {
    const from = { sendingAeTitle: rq.callingAeTitle, receivingAeTitle: rq.calledAeTitle };
    return (await this.#files?.store(request, from))?.status ?? 0x0000;
  }

  async close(): Promise<void> {
    await this.#recorder?.close();
  }
}
