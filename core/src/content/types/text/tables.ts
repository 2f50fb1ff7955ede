/** A table needs at least this many lines to be recognised. */
const MIN_LINES = 3
const EXAMINED_LINES = 20

const separators = [
  { id: 'tsv', separator: '\t' },
  { id: 'csv', separator: ',' },
  { id: 'csv', separator: ';' },
  { id: 'csv', separator: '|' },
] as const

/** Recognises tables: all rows have the same number of fields. */
export function tableType(text: string, whole: boolean): string | null {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  if (!whole) lines.pop()
  if (lines.length < MIN_LINES) return null
  const examined = lines.slice(0, EXAMINED_LINES)
  for (const { id, separator } of separators) {
    const fields = countFields(examined[0]!, separator)
    if (fields > 1 && examined.every((line) => countFields(line, separator) === fields) && !isProse(examined)) return id
  }
  return null
}

function countFields(line: string, separator: string): number {
  let fields = 1
  let quoted = false
  for (const char of line) {
    if (char === '"') quoted = !quoted
    else if (char === separator && !quoted) fields++
  }
  return fields
}

/** Code and sentences contain separators too, but their lines end with punctuation. */
function isProse(lines: readonly string[]): boolean {
  return lines.every((line) => /[.,;:{}()]\s*$/.test(line))
}
