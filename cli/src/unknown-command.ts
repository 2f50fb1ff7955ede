import { nearest } from '@spacedrive/core/nearest'
import { type CommandSpec, wordsOf } from './command-spec.ts'
import { commandSynonyms, verbSynonyms } from './synonyms.ts'
import { UsageError } from './usage-error.ts'

/** The error for words that name no command, with the commands that the user probably meant. `typed` may have arguments at its end. */
export function unknownCommand(typed: readonly string[], commands: readonly CommandSpec[]): UsageError {
  const shown = commands.filter((command) => !command.hidden).flatMap(wordsOf)
  const names = shown.map((words) => words.join(' '))
  const [first = '', second] = typed
  const known = shown.some((words) => words[0] === first)
  const verb = known ? (second ?? '') : first
  const same = sameMeaning(first, known ? verb : null, names)
  const similar = () => [
    ...shortened(first, shown),
    ...shown.flatMap(([word = '', next = '']) => {
      if (!known) return first !== '' && word.startsWith(first) ? [word] : []
      return word === first && verb !== '' && next.startsWith(verb) ? [`${word} ${next}`] : []
    }),
    ...nearest(
      [first, second].filter(Boolean).join(' '),
      names.filter((name) => name.includes(' ')),
    ),
    ...(known ? [] : nearest(first, [...names, ...shown.map((words) => words[0] ?? '')])),
    ...shown
      .filter((words) => (known ? words[0] === first : words.length > 1) && nearest(verb, words.slice(1)).length > 0)
      .map((words) => words.join(' ')),
  ]
  const suggestions = [...new Set(same.length > 0 ? same : similar())]
    .slice(0, MAX_SUGGESTIONS)
    .map((words) => `spacedrive ${words}`)
  return new UsageError({ kind: 'unknown-command', typed: known ? `${first} ${second}` : first }, { suggestions })
}

/**
 * The commands that mean the same as the typed words. `verb`: the word behind the name of a group; null if the first word
 * names no group.
 */
function sameMeaning(first: string, verb: string | null, names: readonly string[]): string[] {
  const same = (words: Readonly<Record<string, readonly string[]>>, typed: string) =>
    Object.hasOwn(words, typed) ? words[typed]! : []
  if (verb === null) return same(commandSynonyms, first).filter((name) => names.includes(name))
  // `daemon stop` is `stop`.
  const alone = first === 'daemon' && names.includes(verb) ? [verb] : []
  return [
    ...alone,
    ...same(verbSynonyms, verb)
      .map((word) => `${first} ${word}`)
      .filter((name) => names.includes(name)),
  ]
}

/** The commands that a typed word shortens: `stats` stands for `statistics`. */
function shortened(typed: string, shown: readonly (readonly string[])[]): string[] {
  if (typed.length < MIN_SHORTENED || shown.some(([word]) => word === typed)) return []
  const whole = shown.filter((words) => words.length === 1).map(([word = '']) => word)
  // The longest first: a short word is found as a similar one, too.
  return whole
    .filter((word) => word.startsWith(typed.slice(0, 2)) && hasLettersInOrder(word, typed))
    .toSorted((a, b) => b.length - a.length)
}

function hasLettersInOrder(word: string, letters: string): boolean {
  let at = 0
  for (const letter of letters) {
    at = word.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}

/** With fewer letters, nearly every word is a longer form. */
const MIN_SHORTENED = 3

/** More suggestions would not help. */
const MAX_SUGGESTIONS = 3
