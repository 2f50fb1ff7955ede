import { errorMessage } from '@spacedrive/core/errors'
import { nearest } from '@spacedrive/core/nearest'
import { Command, CommanderError, Option } from 'commander'
import type { ArgSpec, CommandSpec, FlagSpec, Values } from './command-spec.ts'
import { globalFlags } from './globals.ts'
import { unknownCommand } from './unknown-command.ts'
import { UsageError } from './usage-error.ts'

/** What a command line asks for. `help` names the words it is about: none, a group's or a command's. */
export type Invocation =
  | { readonly kind: 'run'; readonly command: CommandSpec; readonly values: Values; readonly globals: Values }
  | { readonly kind: 'help'; readonly words: readonly string[]; readonly globals: Values }
  | { readonly kind: 'version' }

/** Throws UsageError where the line makes no sense. */
export function parseCommandLine(argv: readonly string[], commands: readonly CommandSpec[]): Invocation {
  let invocation: Invocation | null = null
  const program = createProgram(argv, commands, (found) => (invocation = found))
  try {
    program.parse(spellOutBooleans(argv, commands), { from: 'user' })
  } catch (err) {
    // Help is asked for through an exception; every other error is a UsageError by now.
    if (!(err instanceof CommanderError)) throw err
  }
  if (program.opts().version) return { kind: 'version' }
  return invocation ?? { kind: 'help', words: [], globals: program.opts() }
}

const booleanWords: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
}

/** `--hidden` alone means `--hidden true`; said here, because a parser would take the next word for its value. */
function spellOutBooleans(argv: readonly string[], commands: readonly CommandSpec[]): string[] {
  const possible = commands.filter(({ words, aliases }) =>
    [words, ...aliases].some((all) => all.every((word) => argv.includes(word))),
  )
  const flags = possible.flatMap((command) => command.flags)
  const isBoolean = (arg: string) =>
    flags.some((flag) => `--${flag.name}` === arg) &&
    flags.every((flag) => `--${flag.name}` !== arg || flag.kind === 'boolean')
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((arg, at) =>
    at < end && isBoolean(arg) && !Object.hasOwn(booleanWords, argv[at + 1] ?? '') ? `${arg}=true` : arg,
  )
}

type Found = (invocation: Invocation) => void

function createProgram(argv: readonly string[], commands: readonly CommandSpec[], found: Found): Command {
  const program = quiet(new Command('spacedrive'), [])
  for (const flag of globalFlags) addFlag(program, flag, [])
  program.option('--version')
  const tree: Tree = { program, commands, groups: new Map(), found }
  const placed = commands.flatMap((command) =>
    // Building all hundred takes longer than everything else; only those that can be meant are needed.
    [command.words, ...command.aliases]
      .filter(([first = '']) => argv.includes(first))
      .map((words) => ({ command, words })),
  )
  // The longest first: a word that is a group by then is no command beside it.
  for (const { command, words } of placed.toSorted((a, b) => b.words.length - a.words.length)) {
    if (!tree.groups.has(words.join(' '))) addCommand(groupFor(words.slice(0, -1), tree), { command, words, tree })
  }
  return asGroup(program, [], tree)
}

interface Tree {
  readonly program: Command
  readonly commands: readonly CommandSpec[]
  /** By their words, a space between. */
  readonly groups: Map<string, Command>
  readonly found: Found
}

interface Placed {
  readonly command: CommandSpec
  readonly words: readonly string[]
  readonly tree: Tree
}

function addCommand(parent: Command, { command, words, tree }: Placed): void {
  const node = quiet(parent.command(words.at(-1) ?? ''), words)
  for (const arg of command.args) node.argument(argUsage(arg))
  for (const flag of command.flags) addFlag(node, flag, words)
  node.action(() => {
    tree.found({ kind: 'run', command, values: valuesOf(node, command), globals: tree.program.opts() })
  })
  helpAs(node, words, tree)
}

function groupFor(words: readonly string[], tree: Tree): Command {
  const name = words.at(-1)
  if (name === undefined) return tree.program
  const known = tree.groups.get(words.join(' '))
  if (known) return known
  const parent = groupFor(words.slice(0, -1), tree)
  const group = asGroup(quiet(parent.command(name), words), words, tree)
  tree.groups.set(words.join(' '), group)
  return group
}

/** A word that only other words make a command: alone it is the command of that name, or help. */
function asGroup(group: Command, words: readonly string[], tree: Tree): Command {
  group.argument('[words...]').allowUnknownOption()
  group.action(() => {
    const typed = group.args[0]
    if (typed?.startsWith('-')) throw unknownFlag(typed, words)
    if (typed !== undefined) throw unknownCommand([...words, ...group.args], tree.commands)
    const own = tree.commands.find((command) =>
      [command.words, ...command.aliases].some((other) => other.join(' ') === words.join(' ')),
    )
    const globals = tree.program.opts()
    tree.found(own ? { kind: 'run', command: own, values: {}, globals } : { kind: 'help', words, globals })
  })
  helpAs(group, words, tree)
  const { helpInformation } = group
  group.helpInformation = () => {
    const typed = group.args.filter((arg) => !arg.startsWith('-'))
    // Help about the group would say that such a command exists.
    if (typed.length > 0) throw unknownCommand([...words, ...typed], tree.commands)
    return helpInformation.call(group)
  }
  return group
}

/** Nothing is printed and nothing exits: what Commander has to say is thrown, in our words. */
function quiet(command: Command, words: readonly string[]): Command {
  command.error = (message) => {
    throw usageErrorFrom(message, words)
  }
  return command
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpCommand(false)
}

function helpAs(command: Command, words: readonly string[], { program, found }: Tree): Command {
  command.helpInformation = () => {
    found({ kind: 'help', words, globals: program.opts() })
    return ''
  }
  return command
}

function argUsage({ name, required, variadic }: ArgSpec): string {
  const shown = variadic ? `${name}...` : name
  return required ? `<${shown}>` : `[${shown}]`
}

function addFlag(command: Command, flag: FlagSpec, words: readonly string[]): void {
  const short = flag.short ? `-${flag.short}, ` : ''
  const dashed = flag.kind === 'off' ? `--no-${flag.name}` : `--${flag.name}`
  const value = flag.kind === 'off' || flag.kind === 'switch' ? '' : ' <value>'
  command.addOption(withParser(new Option(`${short}${dashed}${value}`), flag, words))
  for (const alias of flag.aliases) {
    // Another spelling fills the same value.
    command.addOption(withParser(new Option(`--${alias}${value}`), flag, words))
    command.on(`option:${alias}`, () =>
      command.setOptionValueWithSource(attribute(flag.name), command.getOptionValue(attribute(alias)), 'cli'),
    )
  }
}

function withParser(option: Option, flag: FlagSpec, words: readonly string[]): Option {
  const place = { name: option.long ?? '', choices: flag.choices, words }
  switch (flag.kind) {
    case 'number':
      return option.argParser((text: string) => parseNumber(text, place))
    case 'boolean':
      return option.argParser((text: string) => parseBoolean(text, place))
    case 'list':
      return option.argParser((text: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        ...splitList(text).map((item) => parseChoice(item, place)),
      ])
    case 'json':
      return option.argParser((text: string) => parseJson(text, place))
    case 'text':
      return option.argParser((text: string) => parseChoice(text, place))
    case 'switch':
    case 'off':
    case 'path':
      return option
  }
}

function valuesOf(node: Command, command: CommandSpec): Values {
  const values: Record<string, unknown> = {}
  for (const [at, arg] of command.args.entries()) {
    const given = node.processedArgs[at] as unknown
    const value = Array.isArray(given) && given.length === 0 ? undefined : given
    if (value !== undefined)
      values[arg.name] = typeof value === 'string' ? parseChoice(value, { ...arg, words: command.words }) : value
    else if (arg.fallback !== undefined) values[arg.name] = arg.fallback
  }
  for (const flag of command.flags) {
    const name = attribute(flag.name)
    if (node.getOptionValueSource(name) === 'cli') values[flag.field] = node.getOptionValue(name)
  }
  return values
}

/** Where a value stands, for the message that it makes no sense. */
interface Place {
  readonly name: string
  readonly choices: readonly string[]
  readonly words: readonly string[]
}

function parseChoice(text: string, { choices, name, words }: Place): string {
  if (choices.length === 0 || choices.includes(text)) return text
  const message = `${name} cannot be "${text}"; it is one of ${choices.join(', ')}`
  throw new UsageError(message, { suggestions: nearest(text, choices), words })
}

function parseNumber(text: string, { name, words }: Place): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new UsageError(`${name} cannot be "${text}"; it is a number`, { words })
}

function parseBoolean(text: string, { name, words }: Place): boolean {
  const value = Object.hasOwn(booleanWords, text) ? booleanWords[text] : undefined
  if (value === undefined) throw new UsageError(`${name} cannot be "${text}"; it is true or false`, { words })
  return value
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
    throw new UsageError(`${name} cannot be read as JSON: ${errorMessage(err)}`, { words })
  }
}

function attribute(name: string): string {
  return new Option(`--${name}`).attributeName()
}

function unknownFlag(typed: string, words: readonly string[]): UsageError {
  const names = globalFlags.map((flag) => (flag.kind === 'off' ? `--no-${flag.name}` : `--${flag.name}`))
  return new UsageError(`unknown option "${typed}"`, { suggestions: nearest(typed, names), words })
}

function usageErrorFrom(said: string, words: readonly string[]): UsageError {
  const [first = '', ...rest] = said.replace(/^error: /, '').split('\n')
  const excess = /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got \d+: (.*)\.$/.exec(first)
  if (excess) {
    const [, , expected, got = ''] = excess
    const unexpected = got.split(', ').slice(Number(expected))
    return new UsageError(`unexpected ${unexpected.map((arg) => JSON.stringify(arg)).join(' ')}`, { words })
  }
  const suggestion = /\(Did you mean (?:one of )?(.*)\?\)/.exec(rest.join(' '))?.[1]
  return new UsageError(first.replaceAll("'", '"'), { suggestions: suggestion ? suggestion.split(', ') : [], words })
}
