import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { globalFlags } from '../src/globals.ts'
import { allCommands } from '../src/main.ts'
import { parseCommandLine } from '../src/parse.ts'
import { TestHome } from './run-cli.ts'

function golden(name: string): string {
  return `./golden/${name}.txt`
}

test('help of the program, of a group and of a command', async () => {
  await using home = await TestHome.create()
  await expect(await home.transcript('--help')).toMatchFileSnapshot(golden('help'))
  await expect(await home.transcript('location', '--help')).toMatchFileSnapshot(golden('help-location'))
  await expect(await home.transcript('location', 'add', '--help')).toMatchFileSnapshot(golden('help-location-add'))
  await expect(await home.transcript('help', 'search')).toMatchFileSnapshot(golden('help-search'))
  await expect(await home.transcript('help', 'exit-codes')).toMatchFileSnapshot(golden('help-exit-codes'))
})

test('an unknown command is answered with the nearest known one', async () => {
  await using home = await TestHome.create()
  const lines = [
    ['locaton', 'add', '/x'],
    ['location', 'ad'],
    ['sync', 'now'],
    ['location', 'add'],
    ['location', 'add', '/x', '--mode', 'shalow'],
    ['job', 'list', '--stauts', 'running'],
    ['start', '--enable-sync'],
    ['search', 'x', '--limit', 'many'],
    ['location', 'ad', '--json'],
    ['help', 'nothing'],
    ['help', 'lib'],
    ['sync', '--help'],
    ['library', 'info', 'Photos'],
  ]
  const transcripts = await Promise.all(lines.map((line) => home.transcript(...line)))
  await expect(transcripts.join('\n')).toMatchFileSnapshot(golden('usage-errors'))
})

test('without a daemon, what only asks says so and starts none', async () => {
  await using home = await TestHome.create()
  const lines = [['status'], ['status', '--json'], ['library', 'list', '--no-start'], ['instance', 'list'], ['stop']]
  await expect(await home.transcripts(lines)).toMatchFileSnapshot(golden('no-daemon'))
})

test('every command has a summary, and examples that work', () => {
  const commands = allCommands()
  const shown = commands.filter(({ hidden }) => !hidden)
  expect(shown.filter(({ summary }) => !/^[A-Z].*[^.]$/.test(summary)).map(({ words }) => words.join(' '))).toEqual([])
  expect(shown.filter(({ examples }) => examples.length === 0).map(({ words }) => words.join(' '))).toEqual([])
  for (const { examples, words } of shown) {
    for (const example of examples) {
      expect(parseCommandLine(shellWords(example), commands)).toMatchObject({ kind: 'run', command: { words } })
    }
  }
})

/** Words that usually mark a sentence to rewrite: they stand in place of a noun. */
const vague = /\b(what|who|whoever|somebody|nobody|anybody|meanwhile|lies|at the most|of it|no more|any more)\b/i

test('help names things, and says who does what', () => {
  const texts = [{ words: [], summary: '', args: [], flags: globalFlags }, ...allCommands()].flatMap((command) =>
    [command, ...command.args, ...command.flags].map(({ summary }) => `${command.words.join(' ')}: ${summary}`),
  )
  expect(texts.filter((text) => vague.test(text))).toEqual([])
})

test('the groups of commands, and the words for sidecars, are terms of the project', async () => {
  const page = await readFile(new URL('../../docs/terms.md', import.meta.url), 'utf8')
  const terms = new Set(Array.from(page.matchAll(/\*\*(.+?)\*\*/g), ([, term]) => term))
  const groups = allCommands().flatMap(({ hidden, words: [group, verb] }) => (hidden || !verb ? [] : [group]))
  const flags = ['kind', 'variant', 'policy', 'mode', 'scope']
  const nouns = ['sidecar', 'generator', 'engine', 'recipe', 'reference', 'grant', 'offer', 'transfer', 'member']
  expect([...new Set([...groups, ...flags, ...nouns])].filter((noun) => !terms.has(noun))).toEqual([])
})

/** The words of a line without variables, up to a pipe or a redirection. */
function shellWords(line: string): string[] {
  const [command = ''] = line.split(/ [|>] /)
  return Array.from(
    command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}
