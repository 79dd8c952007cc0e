/** Decoders of the platform, made when first needed: some of their tables are large. */
type Decoder = InstanceType<typeof TextDecoder>;

const DECODERS = new Map<string, Decoder>();

/** The decoder of a label of the WHATWG Encoding Standard; it replaces and keeps a BOM. */
export function platformDecoder(label: string): Decoder {
  let decoder = DECODERS.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true });
    DECODERS.set(label, decoder);
  }
  return decoder;
}
