/**
 * A look at everything that passes on one connection of our own: what a recording of it needs.
 *
 * Rule: a tap must not throw and does not wait; nothing is held back for it.
 */
import type { EndHow } from "../capture/record.ts";
import type { Role } from "../role.ts";

export interface TransportTap {
  /** Both ends as "host:port". */
  readonly onOpen?: (ends: { readonly local: string; readonly remote: string }) => void;
  /** As they go out and come in. Views that are valid until the call returns. */
  readonly onOctets?: (sender: Role, bytes: Uint8Array) => void;
  /** One AE sends no more; told once for each, where it is seen. */
  readonly onEnd?: (sender: Role, how: EndHow) => void;
  /** The connection is gone both ways: the last call. `failure` is what the system said. */
  readonly onClose?: (failure: Error | undefined) => void;
}
