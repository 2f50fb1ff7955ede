import { expect, test } from 'vitest'
import { allCommands } from '../main.ts'
import { complete } from './complete.ts'

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
