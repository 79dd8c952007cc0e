/** Where the capture of the demo is: beside this file in a checkout, beside the bundle in dist/. */
import { fileURLToPath } from "node:url";

/** What the capture's header says made it; not the product's version, so that the file stays. */
export const DAY_PRODUCT = "dicomtap demo";

export function dayCapturePath(): string {
  return fileURLToPath(new URL("./day.dcap", import.meta.url));
}
