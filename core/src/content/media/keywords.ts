/** A longer text is not a keyword. */
const MAX_KEYWORD = 200
/** Limit on the stored text; further keywords are left out. */
const MAX_TEXT = 10_000

/** Keywords as they are stored: a JSON array without duplicates; null if there are none. */
export function keywordsText(keywords: Iterable<string>): string | null {
  const kept = new Set<string>()
  let length = 2
  for (const each of keywords) {
    const keyword = each.replaceAll('\0', '').trim().slice(0, MAX_KEYWORD)
    if (keyword === '' || kept.has(keyword)) continue
    length += JSON.stringify(keyword).length + 1
    if (length > MAX_TEXT) break
    kept.add(keyword)
  }
  return kept.size === 0 ? null : JSON.stringify([...kept])
}

/** Splits a text in which commas or semicolons separate the keywords. */
export function listedKeywords(list: string | null): string[] {
  return list === null ? [] : list.split(/[;,]/)
}
