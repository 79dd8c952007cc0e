/**
 * Stands between the relay and its tap: whatever the tap throws ends here, and with it the
 * observation of that association. Forwarding does not notice.
 */
import type { Role } from "../src/role.ts";
import type {
  AssociationTap,
  ClosedFacts,
  ConnectedFacts,
  OpenedFacts,
  RelayTap,
} from "./relay_tap.ts";

export class RelayGuard {
  #tap: AssociationTap | undefined;
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  open(tap: RelayTap | undefined, facts: OpenedFacts): void {
    try {
      this.#tap = tap?.opened(facts);
    } catch (error) {
      this.#fail(error);
    }
  }

  connected(facts: ConnectedFacts): void {
    try {
      this.#tap?.connected(facts);
    } catch (error) {
      this.#fail(error);
    }
  }

  data(sender: Role, chunk: Uint8Array): Promise<void> | undefined {
    try {
      this.#tap?.data(sender, chunk);
      return this.#tap?.room?.(sender);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  ended(sender: Role, how: "fin" | "reset"): void {
    try {
      this.#tap?.ended(sender, how);
    } catch (error) {
      this.#fail(error);
    }
  }

  closed(facts: ClosedFacts): void {
    try {
      this.#tap?.closed(facts);
    } catch (error) {
      this.#fail(error);
    }
    this.#tap = undefined;
  }

  #fail(error: unknown): void {
    this.#tap = undefined;
    this.#failed(error);
  }
}
