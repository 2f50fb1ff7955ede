import type { ContractOp } from '../contract.ts'
import { type CommandSpec, type FlagSpec, commandCalled, flagSpellings, startsWith, wordsOf } from '../command-spec.ts'
import { globalFlags } from '../globals.ts'

/** The possible words at the end of a line. `files`: the shell also offers names of files. */
export interface Completions {
  readonly candidates: readonly Candidate[]
  readonly files: boolean
  /** The value that the daemon may know; null if the word is not a value. */
  readonly question: Question | null
}

/** A value that is being typed. */
export interface Question {
  readonly field: string
  /** Null for a flag of every command, and for a command without an operation. */
  readonly operation: Pick<ContractOp, 'name'> | null
  /** A path is possible too. */
  readonly isPath: boolean
  /** The beginning of the value. */
  readonly typed: string
  /** Comes before the value in the same word: `--location=`. */
  readonly before: string
}

export interface Candidate {
  readonly text: string
  readonly summary: string
}

/** `words` is the line after `spacedrive`; its last word is the one being typed, empty where it has not begun. */
export function complete(words: readonly string[], commands: readonly CommandSpec[]): Completions {
  const { before, typed } = splitValue(words)
  const { command, path, rest, pending } = readLine(words.slice(0, -1), commands)
  const flag = pending ?? (before === '' ? null : flagCalled(before.slice(0, -1), command))
  if (!flag) return startingWith(typed, offers({ command, path, rest, typed, commands }))
  const listed = flag.kind === 'list' ? typed.slice(0, typed.lastIndexOf(',') + 1) : ''
  const question: Question = {
    field: flag.field,
    operation: command?.flags.includes(flag) ? command.operation : null,
    isPath: flag.kind === 'path',
    typed: typed.slice(listed.length),
    before: before + listed,
  }
  return startingWith(before + typed, { ...prefixed(before + listed, valuesOf(flag.choices, flag.kind)), question })
}

/** The flags of every command that a line has, by field: they say which daemon is asked. */
export function globalValues(
  words: readonly string[],
  commands: readonly CommandSpec[],
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const [at, word] of words.slice(0, -1).entries()) {
    const [, spelling = word, inline] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    const flag = flagCalled(spelling, null)
    const value = inline ?? words[at + 1]
    if (flag && value !== undefined && !isPrefix([word], commands)) values[flag.field] = value
  }
  return values
}

/** `--type=im` is a flag and a value in one word; bash makes three of it. */
function splitValue(words: readonly string[]): { before: string; typed: string } {
  const typed = words.at(-1) ?? ''
  if (typed === '=') return { before: '', typed: '' }
  const [, before = '', value = typed] = /^(--[^=]+=)(.*)$/s.exec(typed) ?? []
  return { before, typed: value }
}

function prefixed(before: string, { candidates, files }: Offers): Offers {
  return { candidates: candidates.map(({ summary, text }) => ({ text: before + text, summary })), files }
}

function startingWith(typed: string, { candidates, files, question = null }: Offers): Completions {
  return { candidates: candidates.filter(({ text }) => text.startsWith(typed)), files, question }
}

/** Completions before the word that is being typed narrows them. */
type Offers = Omit<Completions, 'question'> & Partial<Pick<Completions, 'question'>>

interface Line {
  /** The command the words make, where they make one. */
  readonly command: CommandSpec | null
  readonly path: readonly string[]
  /** The bare arguments behind the command. */
  readonly rest: readonly string[]
  /** The flag that the next word is the value of. */
  readonly pending: FlagSpec | null
}

function readLine(words: readonly string[], commands: readonly CommandSpec[]): Line {
  let path: string[] = []
  const rest: string[] = []
  let pending: FlagSpec | null = null
  for (const word of words) {
    if (word === '=') continue
    if (pending) {
      pending = null
    } else if (word.startsWith('-')) {
      pending = flagCalled(word, commandCalled(path, commands))
    } else if (rest.length === 0 && isPrefix([...path, word], commands)) path = [...path, word]
    else rest.push(word)
  }
  return { command: commandCalled(path, commands), path, rest, pending }
}

/** The flag of that spelling, where it takes a value. */
function flagCalled(word: string, command: CommandSpec | null): FlagSpec | null {
  const flag = flagsFor(command).find((candidate) => flagSpellings(candidate).includes(word))
  return flag && flag.kind !== 'switch' && flag.kind !== 'off' ? flag : null
}

interface Place extends Omit<Line, 'pending'> {
  readonly typed: string
  readonly commands: readonly CommandSpec[]
}

function offers({ command, path, rest, typed, commands }: Place): Offers {
  if (typed.startsWith('-')) {
    const candidates = flagsFor(command).flatMap((flag) =>
      flagSpellings(flag)
        .filter((name) => name.startsWith('--'))
        .map((text) => ({ text, summary: flag.summary })),
    )
    return { candidates, files: false }
  }
  if (command?.words[0] === 'help') return { candidates: nextWords(rest, commands), files: false }
  const next = rest.length === 0 ? nextWords(path, commands) : []
  const arg = command?.args[Math.min(rest.length, command.args.length - 1)]
  const fits = arg && (rest.length < (command?.args.length ?? 0) || arg.variadic)
  const values = fits ? valuesOf(arg.choices, arg.kind) : { candidates: [], files: false }
  const question = fits
    ? { field: arg.name, operation: command?.operation ?? null, isPath: arg.kind !== 'text', typed, before: '' }
    : null
  return { candidates: [...next, ...values.candidates], files: values.files, question }
}

function valuesOf(choices: readonly string[], kind: string): Offers {
  const offered = choices.length > 0 ? choices : kind === 'boolean' ? ['true', 'false'] : []
  return { candidates: offered.map((text) => ({ text, summary: '' })), files: kind === 'path' || kind === 'reference' }
}

/** The words that may follow, each with its summary; a group has none. */
function nextWords(path: readonly string[], commands: readonly CommandSpec[]): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const { words, summary } of spelledOut(commands)) {
    const text = words[path.length]
    if (text === undefined || !startsWith(words, path)) continue
    const isLast = words.length === path.length + 1
    if (isLast || !found.has(text)) found.set(text, { text, summary: isLast ? summary : '' })
  }
  return [...found.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1))
}

function spelledOut(commands: readonly CommandSpec[]): { words: readonly string[]; summary: string }[] {
  return commands
    .filter((command) => !command.hidden)
    .flatMap((command) => wordsOf(command).map((words) => ({ words, summary: command.summary })))
}

function isPrefix(path: readonly string[], commands: readonly CommandSpec[]): boolean {
  return spelledOut(commands).some(({ words }) => startsWith(words, path))
}

function flagsFor(command: CommandSpec | null): readonly FlagSpec[] {
  return [...(command?.flags ?? []), ...globalFlags]
}
