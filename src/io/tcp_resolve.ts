/**
 * Host names to IP addresses, so that a slow or failing name server hits the connections that need
 * it and nothing else (F-15).
 *
 * Rule: one look-up per name at a time. `getaddrinfo` blocks a thread of a small pool that files
 * need too; a name server that hangs holds one of them, however many connections wait.
 * Rule: a name that was found once stays usable: when a later look-up fails or takes longer than
 * `staleAfterMs`, the last good answer serves.
 */
import { lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";

export type Lookup = (host: string) => Promise<readonly string[]>;

export class Resolver {
  readonly #lookup: Lookup;
  readonly #staleAfterMs: number;
  readonly #running = new Map<string, Promise<readonly string[]>>();
  /** As many entries as there are names in the configuration. */
  readonly #lastGood = new Map<string, readonly string[]>();

  constructor(
    options: { readonly lookup?: Lookup | undefined; readonly staleAfterMs?: number } = {},
  ) {
    this.#lookup = options.lookup ?? askSystem;
    this.#staleAfterMs = options.staleAfterMs ?? 1000;
  }

  /** All addresses in the order of preference; rejects with the system's error. */
  async resolve(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const known = this.#lastGood.get(host);
    const asked = this.#ask(host);
    if (known === undefined) return await asked;
    return await settled(asked, known, this.#staleAfterMs);
  }

  #ask(host: string): Promise<readonly string[]> {
    const running = this.#running.get(host);
    if (running !== undefined) return running;
    const asked = this.#lookup(host).then((addresses) => {
      if (addresses.length > 0) this.#lastGood.set(host, addresses);
      return addresses;
    });
    const done = () => this.#running.delete(host);
    asked.then(done, done);
    this.#running.set(host, asked);
    return asked;
  }
}

function settled<T>(asked: Promise<T>, otherwise: T, afterMs: number): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), afterMs);
    asked.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}

function askSystem(host: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found.map(({ address }) => address));
    });
  });
}
