/**
 * A plain TCP relay of the tests' own that keeps what passes it, between the proxy and a partner.
 * It knows nothing of DICOM and shares no code with the product: what it saw is the judge.
 */
import { connect, createServer, type Socket } from "node:net";
import type { Scope } from "./process.ts";

export type WireSender = "requestor" | "acceptor";

export interface WireEvent {
  readonly sender: WireSender;
  /** Absent: the sender closed its way (FIN). */
  readonly bytes?: Buffer;
}

/** Everything of one connection, in the order in which it passed. */
export type WireConnection = WireEvent[];

export interface Wire {
  readonly port: number;
  /** In the order in which they were opened. */
  readonly connections: readonly WireConnection[];
}

export async function startWire(scope: Scope, target: number): Promise<Wire> {
  const connections: WireConnection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (requestor) => {
    const acceptor = connect({
      port: target,
      host: "127.0.0.1",
      allowHalfOpen: true,
      noDelay: true,
    });
    const connection: WireConnection = [];
    connections.push(connection);
    carry(requestor, acceptor, (event) => connection.push({ sender: "requestor", ...event }));
    carry(acceptor, requestor, (event) => connection.push({ sender: "acceptor", ...event }));
    for (const socket of [requestor, acceptor]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  scope.defer(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("Cannot read the port");
  return { port: address.port, connections };
}

function carry(from: Socket, to: Socket, keep: (event: { bytes?: Buffer }) => void): void {
  from.on("data", (bytes: Buffer) => {
    keep({ bytes: Buffer.from(bytes) }); // a copy: some runtimes reuse the buffer
    if (!to.write(bytes)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
  from.on("end", () => {
    keep({});
    to.end();
  });
  from.on("error", () => to.resetAndDestroy());
}
