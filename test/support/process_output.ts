/** What a program prints, kept up to a limit: the beginning of it. */
export class KeptText {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #text: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Buffer): void {
    const room = this.#limit - this.#length;
    if (room <= 0) return;
    const kept = Buffer.from(bytes.subarray(0, room)); // a copy: some runtimes reuse the buffer
    this.#chunks.push(kept);
    this.#length += kept.length;
    this.#text = undefined;
  }

  get text(): string {
    if (this.#text === undefined) {
      const whole = Buffer.concat(this.#chunks);
      this.#chunks = [whole];
      this.#text = whole.toString("utf8");
    }
    return this.#text;
  }
}
