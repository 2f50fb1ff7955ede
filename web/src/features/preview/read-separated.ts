import Papa from 'papaparse'

/** Rows and columns that are shown at most. */
export const MAX_TABLE_ROWS = 100_000
export const MAX_TABLE_COLUMNS = 1_000
/** Lines by which the separator is chosen. */
const SAMPLED_LINES = 20
/** The first wins where two are equally frequent. */
const separators = [',', ';', '\t', '|'] as const

export interface SeparatedTable {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly columnCount: number
  /** Whether the text has more rows or columns than are shown. */
  readonly isCut: boolean
}

/** A text of separated values as a table. The first line has the headings. */
export function readSeparated(text: string, extension: string): SeparatedTable {
  const delimiter = extension === 'tsv' || extension === 'tab' ? '\t' : separatorOf(text)
  const { data, meta } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), {
    delimiter,
    preview: MAX_TABLE_ROWS + 1,
    skipEmptyLines: 'greedy',
  })
  let widest = 0
  for (const row of data) widest = Math.max(widest, row.length)
  const [headings = [], ...rows] = data
  return {
    headings,
    rows,
    columnCount: Math.min(widest, MAX_TABLE_COLUMNS),
    isCut: meta.truncated || widest > MAX_TABLE_COLUMNS,
  }
}

/** The separator that the first lines have most of, outside of quotes. */
export function separatorOf(text: string): string {
  const counts = new Map<string, number>()
  let isQuoted = false
  let lines = 0
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === '\n' && ++lines >= SAMPLED_LINES) break
    else if (!isQuoted) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  return separators.reduce((best, each) => ((counts.get(each) ?? 0) > (counts.get(best) ?? 0) ? each : best))
}
