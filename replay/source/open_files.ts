/**
 * Capture files that are read now and then, more of them than a process may have open at once.
 *
 * Rule: bounded. At most `MAX_OPEN` files are open, and of at most `MAX_READERS` pieces are held; what
 * was not used for the longest time goes first, and is opened again when it is asked for.
 */
import type { ByteSource } from "../../src/capture/byte_source.ts";
import { AssociationReader } from "../../src/inspect/read_association.ts";
import { FileSource } from "../../src/io/file_source.ts";

const MAX_OPEN = 64;

/** A reader holds some MiB of its file. */
const MAX_READERS = 8;

export class OpenFiles {
  readonly #open = new Map<string, FileSource>();
  readonly #readers = new Map<string, AssociationReader>();
  #isClosed = false;

  /** Throws the system's error where it cannot be opened, `CaptureError` where it is no plain file. */
  source(path: string): ByteSource {
    const { size } = this.#file(path);
    return {
      size,
      read: (position, length) => this.#file(path).read(position, length),
      readInto: (position, memory) => this.#file(path).readInto(position, memory),
    };
  }

  /** To be asked for anew for each thing to be read. */
  reader(path: string): AssociationReader {
    return recent(this.#readers, path, {
      most: MAX_READERS,
      make: () => new AssociationReader(this.source(path)),
      drop: () => undefined,
    });
  }

  /** What is read afterwards is refused. */
  close(): void {
    this.#isClosed = true;
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
    this.#readers.clear();
  }

  #file(path: string): FileSource {
    if (this.#isClosed) throw new Error(`Cannot read ${path}: the recordings are closed`);
    return recent(this.#open, path, {
      most: MAX_OPEN,
      make: () => new FileSource(path),
      drop: (file) => file.close(),
    });
  }
}

/** The one of a key, made where it is not there; the map is in the order of last use. */
function recent<T>(
  map: Map<string, T>,
  key: string,
  options: { readonly most: number; readonly make: () => T; readonly drop: (one: T) => void },
): T {
  const found = map.get(key) ?? options.make();
  map.delete(key);
  map.set(key, found);
  for (const [oldest, one] of map) {
    if (map.size <= options.most) break;
    map.delete(oldest);
    options.drop(one);
  }
  return found;
}
