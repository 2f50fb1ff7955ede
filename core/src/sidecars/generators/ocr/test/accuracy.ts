/** How well a text was read. */
export interface Accuracy {
  /** Edits that turn the recognised text into the true text, divided by the length of the true text. */
  readonly errorRate: number
  /** Part of the words there that were read, wherever they stand. */
  readonly recall: number
}

/** Spaces, line ends and the shape of quotation marks do not count. */
export function accuracyOf(read: string, truth: string): Accuracy {
  const [got, wanted] = [plain(read), plain(truth)]
  return { errorRate: distance(got, wanted) / wanted.length, recall: recallOf(got, wanted) }
}

function plain(text: string): string {
  return text.replaceAll(/[„”“]/g, '"').replaceAll(/[‘’]/g, "'").replaceAll(/\s+/g, ' ').trim()
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    before = row
  }
  return before[b.length]!
}

function recallOf(got: string, wanted: string): number {
  const counts = new Map<string, number>()
  for (const word of words(got)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const all = words(wanted)
  const found = all.filter((word) => {
    const left = counts.get(word) ?? 0
    counts.set(word, left - 1)
    return left > 0
  })
  return found.length / all.length
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
