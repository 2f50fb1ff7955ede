import { type CommandSpec, type FlagSpec, flagUsage, usageOf } from './command-spec.ts'
import { exitCodeMeanings } from './exit-codes.ts'
import { globalFlags } from './globals.ts'

/** The manual page of the program, made of the commands as help is; in the language of `man`. */
export function manPage(commands: readonly CommandSpec[]): string {
  const shown = commands.filter(({ hidden }) => !hidden)
  return [
    '.\\" Written by `npm run generate`. Do not edit.',
    '.TH SPACEDRIVE 1 "" Spacedrive',
    '.SH NAME',
    text('spacedrive, sd - know every file of the folders you give it, and find it again'),
    '.SH SYNOPSIS',
    '.B spacedrive',
    text('<command> [arguments] [flags]'),
    '.SH DESCRIPTION',
    text(
      'Files stay where they are; a library, a folder with a database inside, knows where each one is, what its content is and where its copies are. Commands talk to a daemon of this user, which they start where it is needed. What was asked for goes to the standard output, messages and progress to the standard error.',
    ),
    '.SH COMMANDS',
    ...shown.flatMap(commandEntry),
    '.SH FLAGS OF EVERY COMMAND',
    ...globalFlags.flatMap(flagEntry),
    '.SH EXIT STATUS',
    ...exitCodeMeanings.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, text(meaning)]),
    '.SH EXAMPLES',
    ...shown
      .flatMap(({ examples }) => examples.slice(0, 1))
      .flatMap((example) => ['.PP', `.B ${text(`spacedrive ${example}`)}`]),
    '',
  ].join('\n')
}

function commandEntry(command: CommandSpec): string[] {
  const { aliases, args, flags, summary } = command
  const others = aliases.map((words) => `spacedrive ${words.join(' ')}`)
  return [
    '.SS ' + text(usageOf({ ...command, flags: [] })),
    text(`${summary}.${others.length > 0 ? ` Also: ${others.join(', ')}.` : ''}`),
    ...args.flatMap(({ choices, name, summary: what }) => entry(name, [what, choices.join(', ')])),
    ...flags.flatMap(flagEntry),
  ]
}

function flagEntry(flag: FlagSpec): string[] {
  const { fallback, short, summary } = flag
  const name = short === undefined ? flagUsage(flag) : `-${short}, ${flagUsage(flag)}`
  return entry(name, [summary, fallback === undefined ? '' : `${fallback} by default`])
}

function entry(name: string, about: readonly string[]): string[] {
  return ['.TP', `.B ${text(name)}`, text(about.filter(Boolean).join('; '))]
}

/** `man` takes a backslash, and a dot or an apostrophe at the beginning of a line, for its own, and reads ASCII alone. */
function text(plain: string): string {
  const escaped = plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/[^ -~]/gu, (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`)
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped || '\\&'
}
