/**
 * Characters that nobody sees and a model reads all the same: controls, those that turn the direction of writing, and
 * the tag characters in which whole sentences can be hidden.
 */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}]/gu
const SEEN_CONTROLS = /[\t\n]/

/** What a file says, with U+FFFD in the place of what cannot be seen. */
export function strangerText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNSEEN, (found) => (SEEN_CONTROLS.test(found) ? found : '\u{fffd}'))
}

/**
 * What a person would not see in a name: what `UNSEEN` has, and what Unicode says is shown as nothing (its
 * `Default_Ignorable_Code_Point`), such as spaces without a width.
 */
const UNSEEN_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** An answer as JSON in which everything can be seen: names keep what is hidden in them, as `\u202e`, and are the same once it is read. */
export function visibleJson(answer: unknown): string {
  // Outside of strings JSON has none of them.
  return JSON.stringify(answer).replaceAll(UNSEEN_IN_NAMES, escaped)
}

/** A name in a sentence, with `\u202e` in the place of what cannot be seen. */
export function visibleName(text: string): string {
  return text.replaceAll(UNSEEN_IN_NAMES, escaped)
}

function escaped(found: string): string {
  return Array.from({ length: found.length }, (_, at) => {
    return `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}
