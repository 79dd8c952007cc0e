/** The octets that a capture holds, as a wire relay would have seen them: for tshark to judge. */
import { MemorySource } from "../../src/capture/byte_source.ts";
import { readCapture } from "../../src/capture/reader.ts";
import type { WireConnection } from "./tshark_wire.ts";

/** One connection for each association, in the order in which they opened. */
export function capturedWire(bytes: Uint8Array): WireConnection[] {
  const connections = new Map<number, WireConnection>();
  for (const found of readCapture(new MemorySource(bytes))) {
    if (found.item !== "record" || !("association" in found.record)) continue;
    const { record } = found;
    const connection = connections.get(record.association) ?? [];
    connections.set(record.association, connection);
    if (record.kind === "data") {
      connection.push({ sender: record.sender, bytes: Buffer.from(record.bytes) });
    }
    if (record.kind === "end") connection.push({ sender: record.sender });
  }
  return [...connections.values()];
}
