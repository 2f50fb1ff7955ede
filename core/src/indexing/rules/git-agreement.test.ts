import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { RuleEngine } from './index.ts'
import { readRuleFile } from './read-rule-file.ts'

const SEED = Number(process.env['RULES_SEED'] ?? 20_260_914)
const noGit = spawnSync('git', ['--version']).status !== 0 && 'git is not installed'
const cannotHold = process.platform === 'win32' && 'the generated names are not possible on Windows'
const skipped = noGit || cannotHold

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

describe.skipIf(skipped)(`the same answers as git check-ignore${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  test.each([
    { patterns: 12_000, ignoreCase: false },
    { patterns: 4_000, ignoreCase: true },
  ])(
    'for $patterns generated patterns, ignoring case: $ignoreCase',
    ({ patterns, ignoreCase }) => {
      const tree = generateTree({ random: randomFrom(SEED), patterns, ignoreCase })
      expect(tree.paths.size).toBeGreaterThan(patterns)
      const theirs = askGit(tree)
      const ours = askEngine(tree)
      const differences = [...tree.paths.keys()].flatMap((path, i) =>
        ours[i] === theirs[i] ? [] : [{ path, git: theirs[i], engine: ours[i] }],
      )
      expect(differences.slice(0, 10), `${differences.length} differences with RULES_SEED=${SEED}`).toEqual([])
      const rejected = theirs.filter((rule) => rule !== null).length
      expect(rejected, 'the test says something of both').toBeGreaterThan(tree.paths.size * 0.2)
      expect(rejected).toBeLessThan(tree.paths.size * 0.8)
    },
    120_000,
  )
})

interface Tree {
  readonly root: string
  readonly ignoreCase: boolean
  /** By path relative to the root. No files are created: git, too, only asks the disk which entries are folders. */
  readonly paths: Map<string, 'file' | 'folder' | 'link'>
}

/** `<ignore file>: <pattern>` for the entries that the tree's rules reject, null for the rest. */
type Answers = (string | null)[]

function askGit({ root, ignoreCase, paths }: Tree): Answers {
  const config = ['-c', `core.ignorecase=${ignoreCase}`, '-c', 'core.excludesfile=']
  const asked = spawnSync('git', [...config, 'check-ignore', '--no-index', '--stdin', '-z', '-v', '-n'], {
    cwd: root,
    input: Array.from(paths.keys(), (path) => `${path}\0`).join(''),
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    maxBuffer: 1 << 28,
  })
  if (asked.status !== 0) throw new Error(`git: ${asked.stderr.toString()}`)
  const fields = asked.stdout.toString().split('\0')
  return Array.from(paths.keys(), (path, i) => {
    const [source, , pattern, shown] = fields.slice(i * 4, i * 4 + 4)
    if (shown !== path) throw new Error(`git answered ${shown} for ${path}`)
    return pattern && !pattern.startsWith('!') ? `${source}: ${pattern}` : null
  })
}

function askEngine({ root, ignoreCase, paths }: Tree): Answers {
  const settings = { names: ['gitignore' as const], globs: [] }
  const engine = new RuleEngine({ settings, root, readFile: onceEach(readRuleFile), ignoreCase })
  const exists = onceEach(existsSync)
  return Array.from(paths, ([path, kind]) => {
    const hidden = engine.explain(`${root}/${path}`, kind === 'folder', exists)
    return hidden && `${hidden.rule.source.slice(root.length + 1)}: ${hidden.rule.pattern}`
  })
}

function onceEach<T>(look: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>()
  return (path) => {
    if (!known.has(path)) known.set(path, look(path))
    return known.get(path)!
  }
}

/** Thousands of folders: made in memory where there is a place for it, as some disks take a millisecond for each. */
const IN_MEMORY = '/dev/shm'

/** Many small folders, each with a few patterns and with paths made to nearly fit them, in one repository. */
function generateTree(options: { random: Random; patterns: number; ignoreCase: boolean }): Tree {
  const { random, ignoreCase } = options
  const root = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'rules-'))
  folders.push(root)
  for (const folder of ['objects', 'refs', 'info']) mkdirSync(join(root, '.git', folder), { recursive: true })
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(root, '.git/info/exclude'), '*.excluded\n/c1/a\n!in-gitignore\n')
  writeFileSync(join(root, '.gitignore'), '# everything\nin-gitignore\n/c2/**/b\n!a.a.excluded\nc3?/b\n')
  const tree: Tree = { root, ignoreCase, paths: new Map() }
  for (let i = 0, patterns = 0; patterns < options.patterns; i++) patterns += fillFolder(tree, `c${i}`, random)
  return tree
}

/** Returns how many patterns it wrote. */
function fillFolder(tree: Tree, folder: string, random: Random): number {
  const patterns = randomPatterns(random)
  mkdirSync(join(tree.root, folder))
  writeIgnoreFile(join(tree.root, folder), patterns, random)
  const made: Tree = { ...tree, paths: new Map() }
  for (const name of ['a.excluded', 'in-gitignore'].slice(random.below(3))) made.paths.set(`${folder}/${name}`, 'file')
  for (const pattern of patterns)
    for (let i = 0; i < 3; i++) create(made, `${folder}/${pathLike(pattern, random)}`, random)
  for (const [path, kind] of made.paths) tree.paths.set(path, kind)
  const below = [...made.paths].filter(([, kind]) => kind === 'folder')
  if (below.length === 0 || random.below(3) > 0) return patterns.length
  const nested = randomPatterns(random)
  writeIgnoreFile(join(tree.root, random.of(below)[0]), nested, random)
  return patterns.length + nested.length
}

function writeIgnoreFile(folder: string, patterns: readonly string[], random: Random): void {
  const end = random.of(['\n', '\n', '\n', '\r\n', '  \n'])
  const mark = random.below(20) === 0 ? '\uFEFF' : ''
  writeFileSync(join(folder, '.gitignore'), mark + patterns.join(end) + random.of([end, '']))
}

/** Makes the path a file, a folder, or a link to a folder, unless something above it is no folder. */
function create({ root, paths }: Tree, path: string, random: Random): void {
  const segments = path.split('/')
  for (let i = 2; i <= segments.length; i++) {
    const at = segments.slice(0, i).join('/')
    const isLast = i === segments.length
    const kind = paths.get(at) ?? (isLast ? random.of(['file', 'folder', 'link'] as const) : 'folder')
    if (!paths.has(at) && kind === 'folder') mkdirSync(join(root, at))
    if (!paths.has(at) && kind === 'link') symlinkSync('.', join(root, at))
    paths.set(at, kind)
    if (kind !== 'folder') return
  }
}

const WORDS = [
  'a',
  'b',
  'ab',
  'ba',
  'A',
  'aB',
  'a.b',
  '.a',
  'a b',
  'é',
  'aé',
  '#a',
  '!a',
  '[a]',
  'a\\b',
  '*',
  'a]',
  '-',
]

/** Classes, whole, broken, and with every kind of member; split at spaces. */
const CLASSES = (
  '[ab] [!a] [^a] [a-c] [!a-b] []a] [!]a] [a-] [-a] [\\]a] [\\a-\\c] [a\\-c] [a/b] [.-/] [!/] [--/] [c-a] [A] [A-C] ' +
  '[é] [\u0080-é] [a [ [! [] [[:] [[:alpha] [[:nope:]] [[:alpha:]] [[:upper:]b] [![:lower:]] [[:punct:]] [[:space:]] ' +
  '[[:digit:][:alnum:]] [[:xdigit:]] [[:print:]] [[:graph:]] [[:cntrl:]] [[:blank:]] [a-[:alpha:]]'
).split(' ')

/** Later patterns often cancel or repeat earlier ones. */
function randomPatterns(random: Random): string[] {
  const patterns: string[] = []
  for (let i = random.below(5); i >= 0; i--) {
    const earlier = patterns.length > 0 && random.below(4) === 0 ? random.of(patterns) : null
    if (earlier === null) patterns.push(randomPattern(random))
    else patterns.push(earlier.startsWith('!') ? earlier.slice(1) : `!${earlier}`)
  }
  return patterns
}

function randomPattern(random: Random): string {
  const length = random.of([1, 1, 1, 2, 2, 3, 4])
  let pattern = ''
  for (let i = 0; i < length; i++)
    pattern += (i > 0 ? random.of(['/', '/', '/', '/', '//', '\\/']) : '') + segment(random)
  if (random.below(4) === 0) pattern = random.of(['/', '/', '/', '//']) + pattern
  if (random.below(4) === 0) pattern += '/'
  if (random.below(4) === 0) pattern = `!${pattern}`
  if (random.below(12) === 0) pattern += random.of([' ', '  ', '\\ ', '\\  ', '\t', ' \\', '\\'])
  return pattern
}

function segment(random: Random): string {
  if (random.below(5) === 0) return '**'
  let text = ''
  for (let i = random.below(3); i >= 0; i--) text += piece(random)
  return text
}

function piece(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return '*'
    case 1:
      return '?'
    case 2:
      return random.of(CLASSES)
    case 3:
      return random.of(['**', '***', '*?', '\\*', '\\?', '\\[', '\\a', '\\\\', '\\!', '\\#', '\\é'])
    default:
      return random.of(WORDS)
  }
}

/** A path the pattern might match: its literal parts, something for its wildcards, sometimes a change. */
function pathLike(pattern: string, random: Random): string {
  const filler = () => random.of(['', 'a', 'b', 'ab', 'é', 'A', '.', 'a/b', 'b/a/b'])
  const text = pattern
    .replace(/^!/, '')
    .replace(/ +$/, '')
    .replaceAll(/\*\*\/?/g, () => random.of(['', 'a/', 'b/ab/']))
    .replaceAll(/\[[^/]*?\]|[*?]/g, (special) => (special === '?' ? random.of(['a', 'é', 'B']) : filler()))
    .replaceAll(/\\(.)/gu, '$1')
  const changed = random.below(4) === 0 ? text.replace(random.of(WORDS), () => random.of(WORDS)) : text
  const placed = random.below(4) === 0 ? `${random.of(WORDS)}/${changed}` : changed
  const deeper = random.below(4) === 0 ? `${placed}/${random.of(WORDS)}` : placed
  const segments = deeper.split('/').filter((name) => name !== '' && name !== '.' && name !== '..')
  return segments.join('/') || random.of(WORDS)
}

interface Random {
  below(limit: number): number
  of<T>(values: readonly T[]): T
}

/** The mulberry32 generator. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { below, of: (values) => values[below(values.length)]! }
}
