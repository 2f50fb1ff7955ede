/** Pixels. */
const LEAST = 56
const MOST = 360
const PER_CHARACTER = 7.5
const PADDING = 20

/** How wide each column is, in pixels, by the longest of its cells. */
export function columnWidths(rows: readonly (readonly string[])[], columnCount: number): number[] {
  return Array.from({ length: columnCount }, (_, column) => {
    let longest = 0
    for (const row of rows) longest = Math.max(longest, row[column]?.length ?? 0)
    return Math.min(MOST, Math.max(LEAST, Math.ceil(longest * PER_CHARACTER + PADDING)))
  })
}

/** What spreadsheets call a column, from 0: A … Z, AA, AB … */
export function columnLetters(column: number): string {
  let letters = ''
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters
  return letters
}
