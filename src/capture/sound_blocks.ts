/**
 * Blocks of one source that were found whole and undamaged, so that reading them again costs no
 * second checksum: of a replay those are half of all.
 *
 * Rule: what stands for a block is its place and the checksum that its head tells. A block that is
 * another one by now, in a file that was written anew, is looked at anew.
 * Rule: bounded. Blocks beyond `MAX_BLOCKS` are checked each time.
 */
import { type BlockHead, isSound } from "./block.ts";

/** Some 16 GiB as blocks are mostly written. */
const MAX_BLOCKS = 65_536;

export class SoundBlocks {
  readonly #checksums = new Map<number, number>();

  /** As `isSound`, of the block at `offset`. */
  has(offset: number, block: Uint8Array, head: BlockHead): boolean {
    if (this.#checksums.get(offset) === head.crc) return block.length === head.size;
    if (!isSound(block, head)) return false;
    if (this.#checksums.size < MAX_BLOCKS) this.#checksums.set(offset, head.crc);
    return true;
  }
}
