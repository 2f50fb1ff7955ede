import { errorMessage } from '@spacedrive/core/errors'
import { nearest } from '@spacedrive/core/nearest'
import type { FlagKind } from './command-spec.ts'
import { valueSynonyms } from './synonyms.ts'
import { UsageError } from './usage-error.ts'

/** The flag or argument that a text is the value of. `words`: of its command. */
interface Place {
  /** As a message names it: `--mode`, or `path` for an argument. */
  readonly name: string
  readonly choices: readonly string[]
  readonly words: readonly string[]
}

/** A flag of these kinds is followed by its value. */
export type ValueKind = Exclude<FlagKind, 'switch' | 'off' | 'boolean' | 'rest'>

/** The value that `text` stands for. Throws UsageError if it stands for none. */
export function parseValue(kind: ValueKind, text: string, place: Place): unknown {
  switch (kind) {
    case 'number':
      return parseNumber(text, place)
    case 'list':
      return splitList(text).map((item) => parseChoice(item, place))
    case 'json':
      return parseJson(text, place)
    case 'text':
      return parseChoice(text, place)
    case 'path':
      return text
  }
}

export function parseChoice(text: string, { choices, name, words }: Place): string {
  if (choices.length === 0 || choices.includes(text)) return text
  const problem = { kind: 'invalid-choice', name, value: text, choices } as const
  const same = Object.hasOwn(valueSynonyms, text.toLowerCase()) ? valueSynonyms[text.toLowerCase()]! : ''
  const suggestions = choices.includes(same) ? [same] : nearest(text, choices)
  throw new UsageError(problem, { suggestions, words })
}

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
])

export function isBooleanWord(text: string): boolean {
  return booleanWords.has(text)
}

export function parseBoolean(text: string, { name, words }: Place): boolean {
  const value = booleanWords.get(text)
  if (value === undefined) throw new UsageError({ kind: 'invalid-boolean', name, value: text }, { words })
  return value
}

function parseNumber(text: string, { name, words }: Place): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new UsageError({ kind: 'invalid-number', name, value: text }, { words })
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

function parseJson(text: string, { name, words }: Place): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (err) {
    throw new UsageError({ kind: 'invalid-json', name, reason: errorMessage(err) }, { words })
  }
}
