import { codeType } from './code.ts'
import { jsonType } from './json.ts'
import { markedType } from './marked.ts'
import { markupType } from './markup.ts'
import { proseType } from './prose.ts'
import { settingsType } from './settings.ts'
import { shebangType } from './shebang.ts'
import { tableType } from './tables.ts'

/**
 * A type that the text states by its form: markup, JSON, a key's armour, a message's header. `whole`: the text is the
 * whole file.
 */
export function statedTextType(text: string, whole: boolean): string | null {
  return shebangType(text) ?? markupType(text) ?? jsonType(text, whole) ?? markedType(text)
}

/** A type guessed from the words of a text. Used only if the name has no known type. */
export function guessedTextType(text: string, whole: boolean): string | null {
  return settingsType(text) ?? codeType(text) ?? tableType(text, whole) ?? proseType(text)
}
