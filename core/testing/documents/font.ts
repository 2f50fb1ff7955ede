/** Units of an em. */
const EM = 1_000
const TABLE_RECORD_BYTES = 16

/** A TrueType font with the characters of a text: each is a black square as large as the letter’s place. */
export function makeFont(text: string): Buffer {
  return fontAt(text, 0)
}

/** A collection of such fonts. */
export function makeFontCollection(texts: readonly string[]): Buffer {
  const head = Buffer.alloc(12 + 4 * texts.length)
  head.write('ttcf', 'latin1')
  head.writeUInt32BE(0x00_01_00_00, 4)
  head.writeUInt32BE(texts.length, 8)
  const parts: Buffer[] = [head]
  let at = head.length
  for (const [i, text] of texts.entries()) {
    const font = fontAt(text, at)
    head.writeUInt32BE(at, 12 + 4 * i)
    parts.push(font)
    at += font.length
  }
  return Buffer.concat(parts)
}

/** The font as it is at that place of a file. */
function fontAt(text: string, place: number): Buffer {
  const codes = [...new Set(Array.from(text, (char) => char.charCodeAt(0)))].toSorted((a, b) => a - b)
  const tables = tablesOf(codes)
  const names = Object.keys(tables).toSorted()
  const head = Buffer.alloc(12 + TABLE_RECORD_BYTES * names.length)
  head.writeUInt32BE(0x00_01_00_00, 0)
  head.writeUInt16BE(names.length, 4)
  const parts: Buffer[] = [head]
  let at = head.length
  for (const [i, name] of names.entries()) {
    const table = tables[name]!
    const record = 12 + TABLE_RECORD_BYTES * i
    head.write(name, record, 'latin1')
    head.writeUInt32BE(place + at, record + 8)
    head.writeUInt32BE(table.length, record + 12)
    const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)])
    parts.push(padded)
    at += padded.length
  }
  return Buffer.concat(parts)
}

function tablesOf(codes: readonly number[]): Record<string, Buffer> {
  const count = codes.length + 1
  // One contour of four points on the curve, each with coordinates of two bytes.
  const square = Buffer.concat([
    words(1, 0, 0, EM, EM, 3, 0),
    Buffer.of(1, 1, 1, 1),
    words(0, 0, EM, 0),
    words(0, EM, 0, -EM),
  ])
  const glyphs = codes.map(() => square)
  return {
    head: Buffer.concat([
      words(1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, EM),
      Buffer.alloc(16),
      words(0, 0, EM, EM, 0, 8, 2, 1, 0),
    ]),
    hhea: words(1, 0, EM, 0, 0, EM, 0, 0, EM, 1, 0, 0, 0, 0, 0, 0, 0, count),
    maxp: words(1, 0, count, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    hmtx: words(...Array.from({ length: count }, () => [EM, 0]).flat()),
    // Glyph 0 stands for missing letters, and is empty.
    loca: longs(0, ...Array.from({ length: count }, (_, i) => i * square.length)),
    glyf: Buffer.concat(glyphs),
    cmap: Buffer.concat([words(0, 1, 3, 1, 0, 12), unicodeMap(codes)]),
    post: Buffer.concat([words(3, 0), Buffer.alloc(28)]),
  }
}

/** A table of format 4, with a segment for each character. */
function unicodeMap(codes: readonly number[]): Buffer {
  const segments = [...codes.map((code, i) => [code, i + 1 - code]), [0xffff, 1]] as [number, number][]
  const ends = segments.map(([code]) => code)
  const body = words(
    segments.length * 2,
    0,
    0,
    0,
    ...ends,
    0,
    ...ends,
    ...segments.map(([, delta]) => delta),
    ...segments.map(() => 0),
  )
  return Buffer.concat([words(4, body.length + 6, 0), body])
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, i * 2)
  return bytes
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4)
  return bytes
}
