import type { CliContext } from './context.ts'
import type { ContractOp } from './contract.ts'

/** A bare argument. */
export interface ArgSpec {
  /** As it stands in the usage line, and the name of its value. */
  readonly name: string
  readonly summary: string
  readonly required: boolean
  /** Takes all remaining words. */
  readonly variadic: boolean
  /** Decides what completion offers, and how the text becomes a value: a path is made absolute, a reference only if it looks like a path. */
  readonly kind: 'text' | 'path' | 'reference'
  readonly choices: readonly string[]
  /** The value of an absent argument. */
  readonly fallback?: string
}

/** `switch` is `--x`, `off` is `--no-x` for a setting that is on by default, `boolean` is `--x true|false`, `rest` takes every word behind it; the others take a value of that kind. */
export type FlagKind = 'switch' | 'off' | 'boolean' | 'text' | 'path' | 'number' | 'list' | 'json' | 'rest'

export interface FlagSpec {
  /** Without the dashes: `max-depth`. For kind `off` the name of the setting that it turns off. */
  readonly name: string
  /** The name of its value: `maxDepth`. */
  readonly field: string
  readonly kind: FlagKind
  readonly summary: string
  readonly choices: readonly string[]
  /** Other spellings. */
  readonly aliases: readonly string[]
  /** One letter. */
  readonly short?: string
  /** As help shows it. */
  readonly fallback?: string
}

/** The values of a command's arguments and flags by name; those not given are absent. */
export type Values = Readonly<Record<string, unknown>>

/** Does the command and gives the exit code. */
export type CommandRunner = (values: Values, context: CliContext) => Promise<number>

/** One command as data: the parser, help and completions are all made from it. */
export interface CommandSpec {
  readonly words: readonly string[]
  readonly aliases: readonly (readonly string[])[]
  readonly summary: string
  readonly args: readonly ArgSpec[]
  readonly flags: readonly FlagSpec[]
  /** Without the leading `spacedrive`. */
  readonly examples: readonly string[]
  /** Sentences below the flags in help. */
  readonly notes?: readonly string[]
  /** Works, but stays out of help and completions. */
  readonly hidden?: boolean
  /** The operation it is made from; null where the command is made by hand. */
  readonly operation: ContractOp | null
  /** Loads the code of the command; called only for the command that was asked for. */
  load(): Promise<CommandRunner>
}

/** The words of the command, and those of its aliases. */
export function wordsOf({ aliases, words }: CommandSpec): readonly (readonly string[])[] {
  return [words, ...aliases]
}

export function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, at) => words[at] === word)
}

/** The command of these words, or of these as an alias. */
export function commandCalled(words: readonly string[], commands: readonly CommandSpec[]): CommandSpec | null {
  const isSame = (other: readonly string[]) => other.length === words.length && startsWith(other, words)
  return commands.find((command) => wordsOf(command).some(isSame)) ?? null
}

/** `--type`, `--kind`; `--no-watch`; `--follow`, `-f` */
export function flagSpellings({ aliases, kind, name, short }: FlagSpec): string[] {
  const dashes = kind === 'off' ? '--no-' : '--'
  return [...[name, ...aliases].map((each) => dashes + each), ...(short ? [`-${short}`] : [])]
}

/** `spacedrive location add <path>`; with the flags in brackets. */
export function usageOf(command: CommandSpec): string {
  const args = command.args.map(({ name, required, variadic }) => {
    const shown = variadic ? `${name}…` : name
    return required ? `<${shown}>` : `[${shown}]`
  })
  return ['spacedrive', ...command.words, ...args, ...command.flags.map((flag) => `[${flagUsage(flag)}]`)].join(' ')
}

/** `--mode <shallow|content>`, `--no-watch`, `--limit <n>` */
export function flagUsage(flag: FlagSpec): string {
  const name = flag.kind === 'off' ? `--no-${flag.name}` : `--${flag.name}`
  const placeholder = flag.kind === 'text' && flag.choices.length > 0 ? flag.choices.join('|') : placeholders[flag.kind]
  return placeholder ? `${name} <${placeholder}>` : name
}

const placeholders: Readonly<Record<FlagKind, string>> = {
  switch: '',
  off: '',
  boolean: 'true|false',
  text: 'text',
  path: 'path',
  number: 'n',
  list: 'name,…',
  json: 'json',
  rest: 'command…',
}
