import { parseArgs } from 'node:util'
import { nearest } from '@spacedrive/core/nearest'
import {
  type CommandSpec,
  type FlagSpec,
  type Values,
  commandCalled,
  flagSpellings,
  startsWith,
  wordsOf,
} from './command-spec.ts'
import { globalFlags } from './globals.ts'
import { isBooleanWord, parseBoolean, parseChoice, parseValue } from './parse-value.ts'
import { unknownCommand } from './unknown-command.ts'
import { UsageError } from './usage-error.ts'

/** The request of a command line. `help` has the words of a group or a command, or none for the whole program. */
export type Invocation =
  | { readonly kind: 'run'; readonly command: CommandSpec; readonly values: Values; readonly globals: Values }
  | { readonly kind: 'help'; readonly words: readonly string[]; readonly globals: Values }
  | { readonly kind: 'version' }

/** Throws UsageError if the line cannot be understood. */
export function parseCommandLine(line: readonly string[], commands: readonly CommandSpec[]): Invocation {
  const { argv, rest } = withoutRest(line, commands)
  const words = commandWordsOf(argv, commands)
  const command = commandCalled(words, commands)
  const grammar = { flags: spelledOut([...globalFlags, ...(command?.flags ?? [])]), words: command?.words ?? words }
  const pieces = piecesOf(argv, grammar.flags)
  const ofEveryCommand = pieces.filter((piece) => piece.kind === 'flag' && isGlobal(piece.spelling))
  const globals = byField(read(ofEveryCommand, grammar).values, globalFlags)
  // `--help` works even if the rest of the line is wrong.
  if (globals.help === true) return { kind: 'help', words, globals }
  if (globals.version === true) return { kind: 'version' }
  const { bare, refused, values } = read(pieces, grammar)
  if (!command) return { kind: 'help', words, globals }
  const args = readArguments(bare.slice(words.length), command, refused)
  const last = rest && readRest(rest, command, grammar)
  return { kind: 'run', command, values: { ...args, ...byField(values, command.flags), ...last }, globals }
}

/** A flag that takes every word behind it. */
interface Rest {
  readonly spelling: string
  readonly words: readonly string[]
}

/** Splits a line at the first flag of kind `rest`: nothing behind it is for us. */
function withoutRest(
  line: readonly string[],
  commands: readonly CommandSpec[],
): { argv: readonly string[]; rest: Rest | null } {
  const spellings = new Set(
    commands.flatMap(({ flags }) => flags.filter(({ kind }) => kind === 'rest').flatMap(flagSpellings)),
  )
  const end = line.indexOf('--')
  const at = line.slice(0, end < 0 ? line.length : end).findIndex((word) => spellings.has(word))
  if (at < 0) return { argv: line, rest: null }
  return { argv: line.slice(0, at), rest: { spelling: line[at]!, words: line.slice(at + 1) } }
}

function readRest({ spelling, words: typed }: Rest, command: CommandSpec, grammar: Grammar): Values {
  const flag = command.flags.find((each) => flagSpellings(each).includes(spelling))
  if (!flag) throw unknownFlag(spelling, grammar)
  const { words } = grammar
  if (typed.length === 0) throw new UsageError({ kind: 'missing-value', flag: spelling, choices: [] }, { words })
  return { [flag.field]: typed }
}

/** A word of the line, or a flag with the value behind it. */
type Piece = BarePiece | FlagPiece

interface BarePiece {
  readonly kind: 'bare'
  readonly text: string
  readonly at: number
}

interface FlagPiece {
  readonly kind: 'flag'
  /** With its dashes. */
  readonly spelling: string
  readonly value: string | undefined
  /** As in `--mode=deep`. */
  readonly isInline: boolean
  readonly at: number
}

/** By every spelling, with the dashes. */
type Flags = ReadonlyMap<string, FlagSpec>

/** The flags that may stand in a line, and the words of its command, which a message points to. */
interface Grammar {
  readonly flags: Flags
  readonly words: readonly string[]
}

function spelledOut(flags: readonly FlagSpec[]): Flags {
  return new Map(flags.flatMap((flag) => flagSpellings(flag).map((spelling) => [spelling, flag])))
}

const globalsBySpelling = spelledOut(globalFlags)

function isGlobal(spelling: string): boolean {
  return globalsBySpelling.has(spelling)
}

/** The words that begin the line, as far as they name a group or a command. Throws UsageError if they name neither. */
function commandWordsOf(argv: readonly string[], commands: readonly CommandSpec[]): string[] {
  const pieces = piecesOf(argv, globalsBySpelling)
  const end = pieces.findIndex((piece) => piece.kind === 'flag' && !isGlobal(piece.spelling))
  const typed = pieces
    .slice(0, end < 0 ? pieces.length : end)
    .flatMap((piece) => (piece.kind === 'bare' ? piece.text : []))
  const known = commands.flatMap(wordsOf)
  const length = typed.findIndex((_word, at) => !known.some((words) => startsWith(words, typed.slice(0, at + 1))))
  if (length < 0) return typed
  const words = typed.slice(0, length)
  const isGroup = words.length === 0 || known.some((other) => other.length > words.length && startsWith(other, words))
  if (isGroup) throw unknownCommand(typed, commands)
  return words
}

const negativeNumber = /^-\d+(\.\d+)?$/

/** `parseArgs` splits the line; it is told which flags take the next word as their value, and leaves every check to us. */
function piecesOf(argv: readonly string[], flags: Flags): Piece[] {
  const { tokens } = parseArgs({ args: [...argv], options: optionsOf(flags), strict: false, tokens: true })
  return tokens.flatMap((token, position): Piece[] => {
    const { index: at } = token
    if (token.kind === 'option-terminator') return []
    if (token.kind === 'positional') return [{ kind: 'bare', text: token.value, at }]
    const typed = argv[at] ?? ''
    // A number below zero comes as one flag for each of its digits.
    if (negativeNumber.test(typed)) return tokens[position - 1]?.index === at ? [] : [{ kind: 'bare', text: typed, at }]
    const { inlineValue: isInline = false, rawName, value } = token
    // If a group of letters such as `-vq` has an unknown one, the message shows the whole group.
    const spelling = rawName.startsWith('--') || flags.has(rawName) ? rawName : typed
    return [{ kind: 'flag', spelling, value, isInline, at }]
  })
}

function optionsOf(flags: Flags) {
  const options = [...flags].flatMap(([spelling, { kind, short }]) => {
    if (!spelling.startsWith('--')) return []
    const type: 'boolean' | 'string' = kind === 'switch' || kind === 'off' || kind === 'boolean' ? 'boolean' : 'string'
    return [[spelling.slice('--'.length), short === undefined ? { type } : { type, short }] as const]
  })
  return Object.fromEntries(options)
}

interface Reading {
  readonly values: ReadonlyMap<FlagSpec, unknown>
  readonly bare: readonly string[]
  /** A word behind a flag that may stand alone, if the word is no value of it. It counts as an argument. */
  readonly refused: Refused | null
}

interface Refused {
  /** Spelling of the flag. */
  readonly name: string
  readonly value: string
}

/** Throws UsageError at the first flag that is unknown or has a wrong value. */
function read(pieces: readonly Piece[], grammar: Grammar): Reading {
  const values = new Map<FlagSpec, unknown>()
  const bare: string[] = []
  let taken: BarePiece | null = null
  let refused: Refused | null = null
  for (const [at, piece] of pieces.entries()) {
    if (piece === taken) continue
    if (piece.kind === 'bare') {
      bare.push(piece.text)
      continue
    }
    const flag = grammar.flags.get(piece.spelling)
    if (!flag) throw unknownFlag(piece.spelling, grammar)
    // `--hidden` alone means `--hidden true`, so it takes only a word that is a boolean.
    const behind: BarePiece | null =
      flag.kind === 'boolean' && !piece.isInline ? wordBehind(piece, pieces[at + 1]) : null
    const next: BarePiece | null = behind !== null && isBooleanWord(behind.text) ? behind : null
    if (behind !== null && next === null) refused ??= { name: piece.spelling, value: behind.text }
    const value = flagValue(flag, next ? { ...piece, value: next.text } : piece, grammar)
    const before = values.get(flag)
    values.set(flag, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value)
    taken = next
  }
  return { values, bare, refused }
}

function wordBehind(flag: FlagPiece, next: Piece | undefined): BarePiece | null {
  return next?.kind === 'bare' && next.at === flag.at + 1 ? next : null
}

function flagValue({ choices, kind }: FlagSpec, { isInline, spelling, value }: FlagPiece, grammar: Grammar): unknown {
  const { flags, words } = grammar
  const place = { name: spelling, choices, words }
  switch (kind) {
    case 'switch':
    case 'off':
      if (value !== undefined) throw new UsageError({ kind: 'unwanted-value', flag: spelling, value }, { words })
      return kind === 'switch'
    case 'boolean':
      return value === undefined ? true : parseBoolean(value, place)
    case 'rest':
      throw new UsageError({ kind: 'missing-value', flag: spelling, choices }, { words })
    case 'text':
    case 'path':
    case 'number':
    case 'list':
    case 'json':
      if (value === undefined) throw new UsageError({ kind: 'missing-value', flag: spelling, choices }, { words })
      if (!isInline && flags.has(value))
        throw new UsageError({ kind: 'ambiguous-value', flag: spelling, value }, { words })
      return parseValue(kind, value, place)
  }
}

/** The values that were given for `flags`. */
function byField(values: ReadonlyMap<FlagSpec, unknown>, flags: readonly FlagSpec[]): Values {
  return Object.fromEntries(flags.flatMap((flag) => (values.has(flag) ? [[flag.field, values.get(flag)]] : [])))
}

function readArguments(typed: readonly string[], { args, words }: CommandSpec, refused: Refused | null): Values {
  const excess = typed.slice(args.some(({ variadic }) => variadic) ? typed.length : args.length)
  const missing = args.find(({ required }, at) => required && typed[at] === undefined)
  if (missing)
    throw new UsageError({ kind: 'missing-argument', name: missing.name, summary: missing.summary }, { words })
  if (refused !== null && excess.includes(refused.value))
    throw new UsageError({ kind: 'invalid-boolean', ...refused }, { words })
  if (excess.length > 0) throw new UsageError({ kind: 'excess-arguments', values: excess }, { words })
  return Object.fromEntries(
    args.flatMap(({ choices, fallback, name, variadic }, at): [string, unknown][] => {
      const given = variadic ? typed.slice(at) : typed.slice(at, at + 1)
      if (given.length === 0) return fallback === undefined ? [] : [[name, fallback]]
      const checked = given.map((text) => parseChoice(text, { name, choices, words }))
      return [[name, variadic ? checked : checked[0]]]
    }),
  )
}

function unknownFlag(flag: string, { flags, words }: Grammar): UsageError {
  const known = [...flags.keys()].filter((spelling) => spelling.startsWith('--'))
  return new UsageError({ kind: 'unknown-flag', flag }, { suggestions: nearest(flag, known), words })
}
