/** Unpacks PackBits, as used in TIFF: runs of equal bytes, and runs of different bytes. */
export function unpackBits(from: Buffer, into: Buffer): void {
  for (let at = 0, to = 0; at < from.length && to < into.length;) {
    const head = from.readInt8(at++)
    if (head >= 0) {
      to += from.copy(into, to, at, at + head + 1)
      at += head + 1
    } else if (head !== -128) {
      // In a damaged file, a run may be longer than its row.
      const end = Math.min(to + 1 - head, into.length)
      into.fill(from[at++] ?? 0, to, end)
      to = end
    }
  }
}
