import { expect, test } from 'vitest'
import { languageOf, type Language } from './language-of.ts'
import { languages } from './languages.ts'

const known = Object.keys(languages) as Language[]
const language = (name: string) =>
  languageOf({ name, extension: name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '' })

test('code is coloured in the language of its extension', () => {
  const expected: Record<string, Language> = {
    'main.ts': 'typescript',
    'main.mts': 'typescript',
    'app.tsx': 'tsx',
    'a.test.py': 'python',
    'lib.rs': 'rust',
    'data.geojson': 'json',
    'drawing.svg': 'xml',
    'notes.md': 'markdown',
    'changes.patch': 'diff',
  }
  for (const [name, wanted] of Object.entries(expected)) expect([name, language(name)]).toEqual([name, wanted])
})

test('some files are known by their whole name, however it is written', () => {
  expect(['Dockerfile', 'Makefile', 'CMakeLists.txt', '.bashrc', 'GEMFILE'].map(language)).toEqual([
    'docker',
    'make',
    'cmake',
    'shell',
    'ruby',
  ])
})

test('a text without a language is not coloured', () => {
  expect(['notes.txt', 'README', 'a.unknown', 'a.', 'constructor', 'a.toString'].map(language)).toEqual(
    Array.from({ length: 6 }, () => null),
  )
})

test('every language that can be coloured is found for some file', () => {
  const found = new Set(
    ['dockerfile', ...known, ...EXTENSIONS.split(' ')].flatMap(
      (extension) => languageOf({ name: '', extension }) ?? [],
    ),
  )
  expect(known.filter((each) => !found.has(each))).toEqual([])
})

/** One of each language whose name is not an extension. */
const EXTENSIONS =
  'adoc asm awk bat c clj cmake cob cpp cs css csv dart diff ex erl f90 fs go graphql groovy hs html ini java js json jsx jl kt tex less lua mk md nix m ml pas pl php ps1 proto py r rst rb rs scala scm scss sh sql svelte swift toml tsx ts vb vue wat xml yaml zig'
