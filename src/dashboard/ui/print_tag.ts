/** "(0010,0010)" of "00100010", as the standard prints a tag. */
export function printTag(tag: string): string {
  return `(${tag.slice(0, 4)},${tag.slice(4)})`;
}
