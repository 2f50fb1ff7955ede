/**
 * C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of text around: any of them
 * in a file's name could move the cursor, change the terminal's state, or make `exe.gpj` read as `jpg.exe`.
 */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g // oxlint-disable-line no-control-regex

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/** `text` on one line with nothing in it that a terminal would act on. */
export function printable(text: string): string {
  return text.toWellFormed().replace(unsafe, (char) => short[char] ?? `\\u{${char.charCodeAt(0).toString(16)}}`)
}

/**
 * Like `printable`, for a text with marked parts. `ranges` are sorted and do not overlap; the result has the ranges of
 * the escaped text.
 */
export function printableWithRanges(
  text: string,
  ranges: readonly (readonly [number, number])[],
): { text: string; ranges: [number, number][] } {
  let shown = ''
  let end = 0
  const moved = ranges.map(([from, to]): [number, number] => {
    shown += printable(text.slice(end, from))
    const start = shown.length
    shown += printable(text.slice(from, to))
    end = to
    return [start, shown.length]
  })
  return { text: shown + printable(text.slice(end)), ranges: moved }
}
