/**
 * Compressed frames, through dcmjs-imaging where that is installed. It is 40 MB, so it is optional
 * and loaded when the first compressed frame is looked at.
 */

/** Whether it is installed. */
export function decodesCompressed(): Promise<boolean> {
  installed ??= import(IMAGING).then(
    () => true,
    () => false,
  );
  return installed;
}

/** Behind a name, so that nothing looks for it before it is wanted. */
const IMAGING: string = "dcmjs-imaging";

let installed: Promise<boolean> | undefined;
