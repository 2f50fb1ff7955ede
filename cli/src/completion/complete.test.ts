import { expect, test } from 'vitest'
import { allCommands } from '../main.ts'
import { complete, globalValues } from './complete.ts'
import { knownFields } from './known-values.ts'

const commands = allCommands()

function texts(line: string): string[] {
  return complete(line.split(' '), commands).candidates.map(({ text }) => text)
}

test('words are completed, groups and verbs', () => {
  expect(texts('loc')).toEqual(['location'])
  expect(texts('location re')).toEqual(['remove', 'rescan', 'resume'])
  expect(texts('daemon ')).toEqual(['list', 'status'])
})

test('flags are completed, the command’s own and those of every command', () => {
  expect(texts('location add --ma')).toEqual(['--max-depth'])
  expect(texts('location add --no-')).toEqual(['--no-watch', '--no-color', '--no-input', '--no-start'])
  expect(texts('--js')).toEqual(['--json', '--jsonl'])
  expect(texts('job --he')).toEqual(['--help'])
})

test('values are completed where they are known', () => {
  expect(texts('location add /x --mode ')).toEqual(['shallow', 'content', 'deep', 'metadata'])
  expect(texts('location update Pictures --watch ')).toEqual(['true', 'false'])
  expect(texts('completion ')).toEqual(['bash', 'zsh', 'fish', 'pwsh'])
})

test('a value behind an equals sign, and the next of a list', () => {
  expect(texts('job list --status=comp')).toEqual(['--status=completed'])
  expect(texts('job list --status = comp')).toEqual(['completed'])
  expect(texts('search --type image,vi')).toEqual(['image,video'])
})

test('help is completed with what it is about', () => {
  expect(texts('help loc')).toEqual(['location'])
  expect(texts('help location res')).toEqual(['rescan', 'resume'])
})

test('names of files are offered where a path belongs, also behind global flags', () => {
  expect(complete(['location', 'add', ''], commands).files).toBe(true)
  expect(complete(['--instance', 'alice', 'scan', ''], commands).files).toBe(true)
  expect(complete(['library', 'switch', ''], commands).files).toBe(false)
})

test('hidden commands stay hidden', () => {
  expect(texts('compl')).toEqual(['completion'])
})

test.each([
  ['library switch M', { field: 'library', operation: 'libraries.switch', isPath: false, typed: 'M', before: '' }],
  ['location info ', { field: 'location', operation: 'locations.info', isPath: true, typed: '', before: '' }],
  ['--library=My', { field: 'library', operation: undefined, isPath: false, typed: 'My', before: '--library=' }],
  [
    'search x --location A,B',
    { field: 'location', operation: 'search.files', isPath: false, typed: 'B', before: 'A,' },
  ],
  ['ls /a', { field: 'path', operation: 'files.list', isPath: true, typed: '/a', before: '' }],
  ['location re', null],
])('%s asks the daemon for its values', (line, expected) => {
  const { question } = complete(line.split(' '), commands)
  expect(question && { ...question, operation: question.operation?.name }).toEqual(expected)
})

test('the daemon that is asked is the one of the line', () => {
  const line = ['--instance', 'alice', 'location', 'info', '--library=Mine', 'x']
  expect(globalValues(line, commands)).toEqual({ instance: 'alice', library: 'Mine' })
})

test('every field with known values is a field of an operation', () => {
  const fields = commands.flatMap(({ args, flags, operation }) =>
    [...args.map(({ name }) => name), ...flags.map(({ field }) => field)].flatMap((field) => [
      field,
      `${operation?.name}.${field}`,
    ]),
  )
  expect(knownFields.filter((field) => !fields.includes(field))).toEqual([])
})
