/**
 * Characters that are invisible to people but not to a model: control characters, characters that change the direction
 * of writing, and tag characters, which can hide whole sentences.
 */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/gu
const SEEN_CONTROLS = /[\t\n]/

/** The text of a file with invisible characters replaced by U+FFFD. */
export function strangerText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNSEEN, (found) => (SEEN_CONTROLS.test(found) ? found : '\u{fffd}'))
}

/**
 * Invisible characters in a name: those in `UNSEEN`, and those that Unicode displays as nothing
 * (`Default_Ignorable_Code_Point`), such as zero-width spaces.
 */
const UNSEEN_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** The answer as JSON with invisible characters escaped, such as `\u202e`. Parsing it gives the original names. */
export function visibleJson(answer: unknown): string {
  // JSON has these characters only inside strings.
  return JSON.stringify(answer).replaceAll(UNSEEN_IN_NAMES, escaped)
}

/** A name with invisible characters escaped, such as `\u202e`, for use in a sentence. */
export function visibleName(text: string): string {
  return text.replaceAll(UNSEEN_IN_NAMES, escaped)
}

function escaped(found: string): string {
  return Array.from({ length: found.length }, (_, at) => {
    return `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}

/** Marks text by other people, for clients that look for the mark. */
export const STRANGERS = { 'spacedrive/written-by-strangers': true } as const
