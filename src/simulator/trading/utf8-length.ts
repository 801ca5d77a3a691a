/** Bytes of a string in UTF-8. Half of a surrogate pair counts as the replacement character it would become. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes += 1
    else if (point < 0x800) bytes += 2
    else bytes += point < 0x1_0000 ? 3 : 4
  }
  return bytes
}
