import { type CommandSpec, type FlagSpec, commandCalled, flagUsage, startsWith, usageOf } from './command-spec.ts'
import { exitCodeMeanings } from './exit-codes.ts'
import { globalFlags } from './globals.ts'
import type { Style } from './text/style.ts'
import { wrap } from './text/wrap.ts'
import { textWidth } from './text/width.ts'
import { unknownCommand } from './unknown-command.ts'

export interface HelpView {
  readonly width: number
  readonly style: Style
}

/** Longer lines are hard to read, however wide the screen. */
const MAX_WIDTH = 100

/** Help about the whole program, a group of commands, one command, or the topic `exit-codes`. Throws UsageError where there is nothing of that name. */
export function helpText(
  words: readonly string[],
  commands: readonly CommandSpec[],
  { style, width }: HelpView,
): string {
  const view = { style, width: Math.min(width, MAX_WIDTH) }
  if (words.join(' ') === 'exit-codes') return exitCodesHelp(view)
  const command = commandCalled(words, commands)
  if (command) return commandHelp(command, view)
  const members = commands.filter((candidate) => !candidate.hidden && startsWith(candidate.words, words))
  if (words.length === 0) return programHelp(commands, view)
  if (members.length > 0) return groupHelp(members, view)
  throw unknownCommand(words, commands)
}

/** The groups in the order a newcomer meets them; a command of another group comes last. */
const groupOrder = ['quickstart', 'start', 'stop', 'restart', 'status', 'doctor', 'monitor', 'library', 'location', 'scan', 'search', 'file', 'media', 'statistics', 'index', 'job', 'volume', 'device', 'config', 'system', 'daemon', 'instance', 'service', 'completion', 'help'] // oxfmt-ignore

const programExamples = [
  ['spacedrive quickstart ~/Pictures', 'index a folder and show a summary'],
  ['spacedrive search holiday', 'find files by name'],
] as const

function programHelp(commands: readonly CommandSpec[], view: HelpView): string {
  const shown = commands.filter((command) => !command.hidden)
  const single = shown.filter(({ words }) => words.length === 1 && !isGroup(words[0] ?? '', shown))
  const groups = [...new Set(shown.flatMap(({ words }) => (words.length > 1 ? [words[0] ?? ''] : [])))]
  const rows: Row[] = [
    ...single.map(({ words, summary }): Row => [words[0] ?? '', summary]),
    ...groups.map((group): Row => [group, verbsOf(group, shown)]),
  ]
  const rank = ([name]: Row) => (groupOrder.indexOf(name) + groupOrder.length + 1) % (groupOrder.length + 1)
  const shortForms = shown.flatMap(({ words, aliases }) =>
    aliases
      .filter((alias) => alias.length < words.length && alias[0] !== words[0])
      .map((alias): Row => [alias.join(' '), words.join(' ')]),
  )
  return join([
    ...section('Examples', table(programExamples, view), view),
    ...section(
      'Commands',
      table(
        rows.toSorted((a, b) => rank(a) - rank(b)),
        view,
      ),
      view,
    ),
    ...section('Short forms', table(shortForms, view), view),
    ...section('Everywhere', table(flagRows(globalFlags), view), view),
    'More: `spacedrive <command> --help`, `spacedrive help exit-codes`.',
  ])
}

function isGroup(word: string, commands: readonly CommandSpec[]): boolean {
  return commands.some(({ words }) => words.length > 1 && words[0] === word)
}

function verbsOf(group: string, commands: readonly CommandSpec[]): string {
  return commands
    .filter(({ words }) => words[0] === group && words.length > 1)
    .map(({ words }) => words.slice(1).join(' '))
    .join(', ')
}

function groupHelp(members: readonly CommandSpec[], view: HelpView): string {
  const examples = members.flatMap((command) => command.examples).slice(0, 2)
  return join([
    ...section(
      'Examples',
      examples.map((example) => `  spacedrive ${example}`),
      view,
    ),
    ...section(
      'Commands',
      table(
        members.map(({ words, args, summary }): Row => [
          [...words, ...args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`))].join(' '),
          summary,
        ]),
        view,
      ),
      view,
    ),
    'More: `spacedrive <command> --help`.',
  ])
}

function commandHelp(command: CommandSpec, view: HelpView): string {
  const args = command.args.map(({ name, summary, choices }): Row => [
    name,
    [summary, choices.join(', ')].filter(Boolean).join(': '),
  ])
  const aliases = command.aliases.map((words) => `spacedrive ${words.join(' ')}`)
  return join([
    ...wrap(`${command.summary}.`, view.width),
    '',
    ...section(
      'Examples',
      command.examples.slice(0, 2).map((example) => `  spacedrive ${example}`),
      view,
    ),
    ...section('Usage', usageLines(command, view.width), view),
    ...section('Arguments', table(args, view), view),
    ...section('Options', table(flagRows(command.flags), view), view),
    ...(aliases.length > 0 ? [`Also: ${aliases.join(', ')}`] : []),
    ...(command.notes ?? []).flatMap((note) => wrap(note, view.width)),
    'Options of every command: `spacedrive --help`.',
  ])
}

/** Broken between the brackets, never inside them. */
function usageLines(command: CommandSpec, width: number): string[] {
  const unbreakable = usageOf(command).replace(/\[[^\]]*\]/g, (part) => part.replaceAll(' ', '\u00a0'))
  return wrap(unbreakable, width - 4).map((line, at) => `${at === 0 ? '  ' : '    '}${line.replaceAll('\u00a0', ' ')}`)
}

function exitCodesHelp(view: HelpView): string {
  return join([
    ...section(
      'Exit codes',
      table(
        exitCodeMeanings.map(([code, meaning]): Row => [String(code).padStart(3), meaning]),
        view,
      ),
      view,
    ),
  ])
}

type Row = readonly [left: string, right: string]

function flagRows(flags: readonly FlagSpec[]): Row[] {
  return flags.map((flag): Row => {
    const names = [
      ...(flag.short ? [`-${flag.short}`] : []),
      flagUsage(flag),
      ...flag.aliases.map((alias) => `--${alias}`),
    ]
    return [names.join(', '), flagSummary(flag)]
  })
}

function flagSummary({ fallback, kind, summary }: FlagSpec): string {
  // The schema describes the setting that this flag turns off.
  if (kind === 'off') return `do not ${summary}`
  return fallback === undefined ? summary : `${summary} (default ${fallback})`
}

/** A left side wider than this stands on a line of its own. */
const MAX_LEFT = 30

function table(rows: readonly Row[], view: HelpView): string[] {
  const left = Math.min(
    MAX_LEFT,
    rows.reduce((max, [name]) => Math.max(max, textWidth(name)), 0),
  )
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, Math.max(MAX_LEFT, view.width - left - 4))
    const fits = textWidth(name) <= left
    const indent = ' '.repeat(left + 4)
    const [first = '', ...rest] = fits ? lines : ['', ...lines]
    const heading =
      `  ${view.style('accent', name)}${' '.repeat(Math.max(0, left - textWidth(name)))}  ${first}`.trimEnd()
    return [heading, ...rest.map((line) => indent + line)]
  })
}

function section(title: string, lines: readonly string[], view: HelpView): string[] {
  return lines.length === 0 ? [] : [view.style('heading', title), ...lines, '']
}

function join(lines: readonly string[]): string {
  return lines.join('\n').trimEnd()
}
