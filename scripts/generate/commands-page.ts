import { type CommandSpec, operationCommands, usageOf } from '@spacedrive/cli/commands'
import { ownCommands } from '@spacedrive/cli/own-commands'
import { contract } from './contract.ts'

/** `docs/commands.md`: every command of the command line, by its first word. */
export function commandsPage(): string {
  const commands = [...ownCommands, ...operationCommands(contract())].filter(({ hidden }) => !hidden)
  const groups = Map.groupBy(commands, ({ words }) => words[0] ?? '')
  const sections = [...groups]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([group, members]) => `## ${group}\n\n${members.map(commandLine).join('\n')}\n`)
  return `${introduction}\n${sections.join('\n')}`
}

const introduction = `# Commands

Every command; \`spacedrive help <command>\` says what each argument and flag is, with examples.
Written by \`npm run generate\` from the commands themselves.
`

function commandLine(command: CommandSpec): string {
  const { aliases, summary } = command
  const others = aliases.map((words) => `\`${words.join(' ')}\``)
  const also = others.length === 0 ? '' : ` Also ${others.join(', ')}.`
  return `- \`${usageOf(command).replace(/^spacedrive /, '')}\`  \n  ${summary}.${also}`
}
