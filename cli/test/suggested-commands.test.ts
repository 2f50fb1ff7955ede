import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { allCommands } from '../src/main.ts'
import { parseCommandLine } from '../src/parse.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = ['cli', 'client', 'core', 'daemon', 'relay'].flatMap((part) =>
  globSync(`${part}/src/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.test.ts')),
)

/** In the place of a part that the message fills in: a word that most arguments take. */
const WORD = '7'
/** Parts of which only some words are right. */
const fillings: Readonly<Record<string, string>> = {
  '<what>': 'read',
  '${what}': 'read',
  // The folder is empty, or has the space before it.
  '${what}${folder}': 'read',
  '${flag}': '--failed',
  '<job>': 'ocr',
  '${job}': 'ocr',
}

/** Commands that messages suggest, between backticks, with a word for each part that is filled in. */
function suggestedIn(file: string): { readonly command: string; readonly file: string }[] {
  const lines = readFileSync(`${root}/${file}`, 'utf8').split('\n')
  // In comments, backticks are about code.
  const code = lines.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)).join('\n')
  return [...code.matchAll(/\\?`spacedrive ([a-z][^`\n]*?)\\?`/g)].map(([, words = '']) => ({ command: words, file }))
}

function wordsOf(command: string): string[] {
  const filled = command.replaceAll(
    /\$\{what\}\$\{folder\}|\$\{[^}]*\}|<[^>]*>|"[^"]*"/g,
    (part) => fillings[part] ?? WORD,
  )
  return filled.split(' ').filter(Boolean)
}

const suggested = sources.flatMap(suggestedIn)

test('messages suggest commands', () => {
  expect(suggested.length).toBeGreaterThan(40)
})

test('every command that a message suggests is one that the program takes', () => {
  const commands = allCommands()
  const wrong = suggested.flatMap(({ command, file }) => {
    try {
      parseCommandLine(wordsOf(command), commands)
      return []
    } catch (err) {
      return [`${file}: spacedrive ${command}: ${String(err)}`]
    }
  })
  expect(wrong).toEqual([])
})
