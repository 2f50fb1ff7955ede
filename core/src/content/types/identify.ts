import type { ByteSource } from './byte-source.ts'
import type { FileTypeDefinition } from './definition.ts'
import { MagicIndex } from './magic.ts'
import { NameIndex } from './name.ts'
import type { FileName } from './name.ts'
import { decodeText } from './text/decode.ts'
import { guessedTextType, statedTextType } from './text/text-type.ts'

/** The certainty of a type, 0–100. */
export const confidence = {
  /** The name and the bytes agree. */
  agreed: 100,
  /** Only this type begins with these bytes; the name gives no hint. */
  magic: 95,
  /** Only this type has the extension. The bytes do not contradict it. */
  extension: 90,
  /** The type was recognised from the words of a text, or it is only known to be a text. */
  content: 85,
  /** Several types have the extension; one of them is far more usual. */
  ambiguous: 70,
  /**
   * The type is known from the name only. The bytes do not confirm it although they should, or several types are
   * equally likely.
   */
  doubtful: 60,
  none: 0,
} as const

export interface Identification {
  /** Null if nothing is known. */
  readonly definition: FileTypeDefinition | null
  readonly confidence: number
  /** Set if name and bytes indicate different types: the extension, and the id of the type that fits the bytes. */
  readonly conflict: { readonly extension: string; readonly looksLike: string } | null
  /** No rule here recognises the bytes; a slower check may (`identifyFile`). */
  readonly undecided: boolean
}

/** The result for the bytes alone. */
type Content = { readonly kind: 'empty' | 'binary' } | KnownBytes | Text

interface KnownBytes {
  readonly kind: 'known'
  readonly definition: FileTypeDefinition
  readonly confidence: number
}

/** A text of unknown form; `whole` is true if it is the whole file. */
interface Text {
  readonly kind: 'text'
  readonly text: string
  readonly whole: boolean
}

/** The name, and its possible types, most likely first. */
interface Named {
  readonly name: FileName
  readonly candidates: readonly FileTypeDefinition[]
}

/** Identifies files with one table of types. It has no other state, so a program needs only one. */
export class Identifier {
  readonly names: NameIndex
  readonly #magic: MagicIndex
  readonly #byId: ReadonlyMap<string, FileTypeDefinition>

  constructor(definitions: readonly FileTypeDefinition[]) {
    this.names = new NameIndex(definitions)
    this.#magic = new MagicIndex(definitions)
    this.#byId = new Map(definitions.map((definition) => [definition.id, definition]))
  }

  /** Identifies from the name alone. */
  fromName(name: FileName): Identification {
    return this.#decide({ kind: 'empty' }, name)
  }

  /** Identifies from bytes and name; an empty name leaves the decision to the bytes. */
  identify(source: ByteSource, name: FileName): Identification {
    return this.#decide(this.#examine(source), name)
  }

  /** Like `identify`, for bytes whose type another program has recognised. */
  identifyAs(definition: FileTypeDefinition, name: FileName): Identification {
    return this.#decide({ kind: 'known', definition, confidence: confidence.magic }, name)
  }

  #examine(source: ByteSource): Content {
    if (source.size === 0) return { kind: 'empty' }
    const magic = this.#magic.find(source)
    if (magic) return { kind: 'known', definition: magic, confidence: confidence.magic }
    const text = decodeText(source.head)
    if (text === null) return { kind: 'binary' }
    const whole = source.head.length >= source.size
    const stated = this.#byId.get(statedTextType(text, whole) ?? '')
    if (stated) return { kind: 'known', definition: stated, confidence: confidence.content }
    return { kind: 'text', text, whole }
  }

  #decide(content: Content, name: FileName): Identification {
    const candidates = this.names.ofName(name)
    switch (content.kind) {
      case 'empty':
        return byNameAlone(candidates)
      case 'binary':
        return byUnknownBytes(candidates)
      case 'known':
        return this.#byKnownBytes(content, { name, candidates: candidates.filter(saysSomething) })
      case 'text':
        return this.#byText(content, { name, candidates: candidates.filter(saysSomething) })
    }
  }

  #byKnownBytes({ definition: found, confidence: sure }: KnownBytes, { candidates, name }: Named): Identification {
    if (candidates.includes(found)) return result(found, confidence.agreed)
    const relative = candidates.find((each) => each.family === found.family)
    // A sound file in a container whose extension means video: the name is not wrong, but the bytes are more specific.
    const general = found.id === found.family
    if (relative)
      return general || relative.category === found.category ? result(relative, confidence.agreed) : result(found, sure)
    const special = candidates.find((each) => this.#isA(each, found))
    if (special) return result(special, confidence.extension)
    // A document in a zip with the extension .zip: the type inside is more specific, and the name is not wrong.
    if (candidates.some((each) => this.#isA(found, each))) return result(found, sure)
    // Text formats may contain each other: a template contains HTML, a note may contain a patch. So the name decides.
    const text = candidates.find((each) => each.text && !isStrict(each))
    if (found.text && text) return result(text, candidates.length === 1 ? confidence.extension : confidence.content)
    return result(found, sure, candidates.length > 0 ? conflict(name, found) : null)
  }

  #byText({ text, whole }: Text, { candidates, name }: Named): Identification {
    const possible = candidates.filter((each) => each.text)
    const [only] = possible
    if (only && possible.length === 1) {
      return result(only, candidates.length === 1 ? confidence.extension : confidence.content)
    }
    const guess = this.#byId.get(guessedTextType(text, whole) ?? '')
    const named = guess && possible.find((each) => each.family === guess.family || this.#isA(each, guess))
    if (named) return result(named, confidence.agreed)
    if (only) return result(only, confidence.ambiguous)
    const found = guess ?? this.#byId.get('text')!
    return result(found, confidence.content, candidates.length > 0 ? conflict(name, found) : null)
  }

  /** Whether `special` is `general` or a special case of it. */
  #isA(special: FileTypeDefinition, general: FileTypeDefinition): boolean {
    for (let each: FileTypeDefinition | undefined = special; each; each = this.#byId.get(each.parent ?? '')) {
      if (each === general) return true
    }
    return false
  }
}

/** False for names such as `.bin` and `.dat`, which are used for anything. */
function saysSomething(definition: FileTypeDefinition): boolean {
  return definition.family !== 'any'
}

function byNameAlone(candidates: readonly FileTypeDefinition[]): Identification {
  const [first, second] = candidates
  if (!first) return result(null, confidence.none)
  if (!second) return result(first, confidence.extension)
  return result(first, first.priority > second.priority ? confidence.ambiguous : confidence.doubtful)
}

function byUnknownBytes(candidates: readonly FileTypeDefinition[]): Identification {
  const possible = candidates.filter((each) => !each.text)
  const unmarked = possible.find((each) => each.magic.length === 0)
  const certain = unmarked && candidates.length === 1
  const named = unmarked ?? possible[0] ?? candidates[0] ?? null
  return { ...result(named, named ? (certain ? confidence.extension : confidence.doubtful) : 0), undecided: true }
}

/** Text types with a strict form. If a text has this form, it was already recognised by it. */
function isStrict(definition: FileTypeDefinition): boolean {
  return definition.magic.length > 0 || STRICT.has(definition.id)
}

const STRICT = new Set(['json', 'geojson', 'notebook', 'svg', 'icalendar', 'vcard', 'gltf', 'subrip', 'certificate'])

function conflict(name: FileName, found: FileTypeDefinition): Identification['conflict'] {
  return { extension: name.extension, looksLike: found.id }
}

function result(
  definition: FileTypeDefinition | null,
  sure: number,
  difference: Identification['conflict'] = null,
): Identification {
  return { definition, confidence: sure, conflict: difference, undecided: false }
}
