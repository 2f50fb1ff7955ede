import { CoreError } from '../util/errors.ts'
import { foldName } from '../util/fold.ts'
import { type Phrase, splitQuery, toPhrase, type WrittenPart } from './text/phrases.ts'

/** A word of a query, or a part in quotes. */
export interface WordTerm {
  readonly kind: 'word'
  /** The folded word. A name must contain it. */
  readonly word: string
  /** The form to search for in texts; null if the word has no letter or digit. */
  readonly phrase: Phrase | null
}

/** A word with `*`, `?` or `{…,…}`, outside quotes; of braces, one alternative. */
export interface GlobTerm {
  readonly kind: 'glob'
  /**
   * Folded patterns. The last one must match the whole name. The ones before it must match the names of the folders
   * that contain it, from the outermost. `**` stands for any number of folders.
   */
  readonly parts: readonly string[]
  /** The first pattern must match a folder at the root of the file system. */
  readonly anchored: boolean
}

/** A word, or a part in quotes, with a slash. */
export interface PathTerm {
  readonly kind: 'path'
  /** The folded text. The path must contain it. */
  readonly path: string
  /** The form to search for in texts; null if it has no letter or digit. */
  readonly phrase: Phrase | null
}

export type Term = WordTerm | GlobTerm | PathTerm

/** A part of a query that every match must satisfy. A match satisfies it if it satisfies one of the terms. */
export interface TermGroup {
  readonly terms: readonly Term[]
  /** The group as the user typed it, with single spaces. */
  readonly text: string
}

/** Limit on words: more than a name contains. A 32-bit number has a bit for each word. */
const MAX_WORDS = 32

/**
 * Limit on the parts of a path pattern: more than a user types. Each part is a bit in the 16-bit marks of folders, in
 * which two values are reserved.
 */
const MAX_GLOB_PARTS = 15

/**
 * The word between two alternatives. It is an ordinary word in quotes, in lower case, or if no word precedes or
 * follows it.
 */
const OR = 'OR'

/**
 * Splits a query into groups of terms; a match satisfies all groups. `OR` joins the terms beside it into one group:
 * `holiday jpg OR png` means `holiday`, and also `jpg` or `png`. Throws `InvalidInput` for too many words.
 */
export function readGroups(query: string): TermGroup[] {
  const parts = splitQuery(query).flatMap((part) => withTerms(part) ?? [])
  const groups: { terms: Term[]; text: string }[] = []
  let count = 0
  for (let i = 0; i < parts.length; i++) {
    const { part, terms } = parts[i]!
    const group = groups.at(-1)
    if (isOr(part) && group && i + 1 < parts.length) {
      const next = parts[++i]!
      group.terms.push(...next.terms)
      group.text += ` ${OR} ${writtenAs(next.part)}`
    } else {
      groups.push({ terms: [...terms], text: writtenAs(part) })
    }
    count++
  }
  if (count > MAX_WORDS) throw new CoreError('InvalidInput', `a search takes at most ${MAX_WORDS} words, not ${count}`)
  return groups
}

/** The terms of a part of a query, one of which is enough. Only a pattern with braces has several. */
function withTerms(part: WrittenPart): { part: WrittenPart; terms: readonly Term[] } | null {
  const text = foldName(part.text).trim()
  if (text === '') return null
  if (!part.quoted && (hasWildcard(text) || BRACES.test(text)))
    return { part, terms: withoutBraces(text).map(globTerm) }
  const phrase = toPhrase(part)
  if (text.includes('/')) return { part, terms: [{ kind: 'path', path: text, phrase }] }
  return { part, terms: [{ kind: 'word', word: text, phrase }] }
}

/** `{jpg,png}`: the innermost braces with a comma. */
const BRACES = /\{([^{}]*,[^{}]*)\}/

/** More alternatives are no pattern that a user types. */
const MAX_ALTERNATIVES = 64

/** `*.{jpg,png}` → `*.jpg`, `*.png`. Braces may contain braces. */
function withoutBraces(pattern: string): string[] {
  let patterns = [pattern]
  while (patterns.some((each) => BRACES.test(each))) {
    patterns = patterns.flatMap((each) => {
      const found = BRACES.exec(each)
      if (!found) return [each]
      const [whole, inside = ''] = found
      const [before, after] = [each.slice(0, found.index), each.slice(found.index + whole.length)]
      return inside.split(',').map((choice) => before + choice + after)
    })
    if (patterns.length > MAX_ALTERNATIVES)
      throw new CoreError(
        'InvalidInput',
        `the braces in ${JSON.stringify(pattern)} give more than ${MAX_ALTERNATIVES} patterns`,
      )
  }
  return [...new Set(patterns)]
}

/** A single question mark at the end of a word is punctuation, not a wildcard. */
function hasWildcard(text: string): boolean {
  return /[*?]/.test(text.replace(/\?$/, ''))
}

function globTerm(text: string): GlobTerm {
  const parts = text.replace(/^\/+/, '').split(/\/+/)
  // A slash at the end means everything in that folder.
  if (parts.at(-1) === '') parts[parts.length - 1] = '**'
  if (parts.length > MAX_GLOB_PARTS) {
    throw new CoreError(
      'InvalidInput',
      `the pattern ${JSON.stringify(text)} has ${parts.length} parts; at most ${MAX_GLOB_PARTS} are possible`,
    )
  }
  return { kind: 'glob', parts, anchored: text.startsWith('/') }
}

function isOr(part: WrittenPart): boolean {
  return !part.quoted && part.text === OR
}

function writtenAs({ quoted, text }: WrittenPart): string {
  return quoted ? `"${text}"` : text
}
