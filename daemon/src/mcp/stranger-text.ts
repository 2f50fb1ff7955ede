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
