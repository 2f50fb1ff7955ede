import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { ArgSpec, CommandSpec, FlagSpec, Values } from './command-spec.ts'
import { globalFlags } from './globals.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

/** What a command line asks for. `help` names the words it is about: none, a group's or a command's. */
export type Invocation =
  | { readonly kind: 'run'; readonly command: CommandSpec; readonly values: Values; readonly globals: Values }
  | { readonly kind: 'help'; readonly words: readonly string[]; readonly globals: Values }
  | { readonly kind: 'version' }

/** Throws UsageError where the line makes no sense. */
export function parseCommandLine(argv: readonly string[], commands: readonly CommandSpec[]): Invocation {
  let invocation: Invocation | null = null
  const program = createProgram(commands, (found) => (invocation = found))
  try {
    program.parse(argv, { from: 'user' })
  } catch (err) {
    if (!(err instanceof CommanderError)) throw err
    if (err.code !== 'commander.helpDisplayed' && err.code !== 'commander.help') throw usageErrorFrom(err)
  }
  if (program.opts().version) return { kind: 'version' }
  return invocation ?? { kind: 'help', words: [], globals: program.opts() }
}

type Found = (invocation: Invocation) => void

function createProgram(commands: readonly CommandSpec[], found: Found): Command {
  const program = silent(new Command('spacedrive'))
  for (const flag of globalFlags) addFlag(program, flag)
  program.option('--version')
  const tree: Tree = { program, commands, groups: new Map(), found }
  const placed = commands.flatMap((command) => [command.words, ...command.aliases].map((words) => ({ command, words })))
  for (const { command, words } of placed.filter((place) => place.words.length > 1)) {
    addCommand(groupFor(words.slice(0, -1), tree), { command, words, tree })
  }
  for (const { command, words } of placed.filter((place) => place.words.length === 1 && !tree.groups.has(place.words[0] ?? ''))) {
    addCommand(program, { command, words, tree })
  }
  return asGroup(program, [], tree)
}

interface Tree {
  readonly program: Command
  readonly commands: readonly CommandSpec[]
  readonly groups: Map<string, Command>
  readonly found: Found
}

interface Placed {
  readonly command: CommandSpec
  readonly words: readonly string[]
  readonly tree: Tree
}

function addCommand(parent: Command, { command, words, tree }: Placed): void {
  const node = silent(parent.command(words.at(-1) ?? ''))
  for (const arg of command.args) node.argument(argUsage(arg))
  for (const flag of command.flags) addFlag(node, flag)
  node.action(() => {
    tree.found({ kind: 'run', command, values: valuesOf(node, command), globals: tree.program.opts() })
  })
  helpAs(node, words, tree)
}

function groupFor(words: readonly string[], tree: Tree): Command {
  const name = words[0] ?? ''
  const known = tree.groups.get(name)
  if (known) return known
  const group = asGroup(silent(tree.program.command(name)), words, tree)
  tree.groups.set(name, group)
  return group
}

/** A word that only other words make a command: alone it is the command of that name, or help. */
function asGroup(group: Command, words: readonly string[], tree: Tree): Command {
  group.argument('[words...]').allowUnknownOption()
  group.action(() => {
    const typed = group.args[0]
    if (typed?.startsWith('-')) throw unknownFlag(typed, globalFlags)
    if (typed !== undefined) throw unknownCommand([...words, typed], tree.commands)
    const own = tree.commands.find((command) => [command.words, ...command.aliases].some((other) => other.join(' ') === words.join(' ')))
    const globals = tree.program.opts()
    tree.found(own ? { kind: 'run', command: own, values: {}, globals } : { kind: 'help', words, globals })
  })
  return helpAs(group, words, tree)
}

/** Commander reports through exceptions, and only through them; the words are ours. */
function silent(command: Command): Command {
  return command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} }).helpCommand(false)
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

function addFlag(command: Command, flag: FlagSpec): void {
  const short = flag.short ? `-${flag.short}, ` : ''
  const dashed = flag.kind === 'off' ? `--no-${flag.name}` : `--${flag.name}`
  const value = flag.kind === 'off' || flag.kind === 'switch' ? '' : ' <value>'
  command.addOption(withParser(new Option(`${short}${dashed}${value}`), flag))
  for (const alias of flag.aliases) {
    // Another spelling fills the same value.
    command.addOption(withParser(new Option(`--${alias}${value}`), flag).hideHelp())
    command.on(`option:${alias}`, () => command.setOptionValueWithSource(attribute(flag.name), command.getOptionValue(attribute(alias)), 'cli'))
  }
}

function withParser(option: Option, flag: FlagSpec): Option {
  if (flag.choices.length > 0) return option.choices(flag.choices)
  switch (flag.kind) {
    case 'number':
      return option.argParser(parseNumber)
    case 'boolean':
      return option.argParser(parseBoolean)
    case 'list':
      return option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), ...splitList(value)])
    case 'json':
      return option.argParser(parseJson)
    case 'switch':
    case 'off':
    case 'text':
    case 'path':
      return option
  }
}

function valuesOf(node: Command, command: CommandSpec): Values {
  const values: Record<string, unknown> = {}
  for (const [at, arg] of command.args.entries()) {
    const given = node.processedArgs[at] as unknown
    const value = Array.isArray(given) && given.length === 0 ? undefined : given
    if (typeof value === 'string' && arg.choices.length > 0 && !arg.choices.includes(value)) throw notAChoice(value, arg)
    if (value !== undefined) values[arg.name] = value
    else if (arg.fallback !== undefined) values[arg.name] = arg.fallback
  }
  for (const flag of command.flags) {
    const name = attribute(flag.name)
    if (node.getOptionValueSource(name) === 'cli') values[flag.field] = node.getOptionValue(name)
  }
  return values
}

function notAChoice(value: string, { name, choices }: ArgSpec): UsageError {
  return new UsageError(`${name} is one of ${choices.join(', ')}; it cannot be "${value}"`, nearest(value, choices))
}

function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

function parseBoolean(text: string): boolean {
  if (text === 'true' || text === 'yes' || text === 'on') return true
  if (text === 'false' || text === 'no' || text === 'off') return false
  throw new InvalidArgumentError('It must be true or false.')
}

function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim()).filter(Boolean)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (err) {
    throw new InvalidArgumentError(`It must be JSON (${err instanceof Error ? err.message : String(err)}).`)
  }
}

function attribute(name: string): string {
  return new Option(`--${name}`).attributeName()
}

function unknownCommand(typed: readonly string[], commands: readonly CommandSpec[]): UsageError {
  const shown = commands.filter((command) => !command.hidden).flatMap((command) => [command.words, ...command.aliases])
  const groups = shown.map((words) => words[0] ?? '')
  const last = typed.at(-1) ?? ''
  const inGroup = typed.length > 1 ? shown.filter((words) => words.length > 1 && words[0] === typed[0]) : shown
  const suggestions = [
    ...nearest(typed.join(' '), [...shown.map((words) => words.join(' ')), ...groups]),
    ...inGroup.filter((words) => words.length > 1 && nearest(last, words.slice(1)).length > 0).map((words) => words.join(' ')),
  ]
  return new UsageError(
    `there is no command "${typed.join(' ')}"`,
    [...new Set(suggestions)].slice(0, MAX_SUGGESTIONS).map((words) => `spacedrive ${words}`),
  )
}

function unknownFlag(typed: string, flags: readonly FlagSpec[]): UsageError {
  const names = flags.map((flag) => (flag.kind === 'off' ? `--no-${flag.name}` : `--${flag.name}`))
  return new UsageError(`unknown option "${typed}"`, nearest(typed, names))
}

/** More than a few are no help. */
const MAX_SUGGESTIONS = 3

function usageErrorFrom(err: CommanderError): UsageError {
  const [first = '', ...rest] = err.message.replace(/^error: /, '').split('\n')
  const suggestion = /\(Did you mean (?:one of )?(.*)\?\)/.exec(rest.join(' '))?.[1]
  return new UsageError(first.replaceAll("'", '"'), suggestion ? suggestion.split(', ') : [])
}
