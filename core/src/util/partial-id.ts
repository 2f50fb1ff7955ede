/** The fewest letters that can name an object by its id. */
const MIN_LETTERS = 4

/** Whether a text may be the beginning or the end of an id, with or without the hyphens. */
export function isPartialId(text: string): boolean {
  return new RegExp(`^(?:-?[0-9a-f]){${MIN_LETTERS},31}$`, 'i').test(text)
}

/** Whether an id begins or ends with a text. */
export function hasPartialId(id: string, text: string): boolean {
  if (!isPartialId(text)) return false
  const [whole, part] = [id, text].map((each) => each.toLowerCase().replaceAll('-', ''))
  return whole!.startsWith(part!) || whole!.endsWith(part!)
}
