import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

// More than one page of a search holds.
const MANY = 1_050

let home: TestHome
let root: string

beforeAll(async () => {
  home = await TestHome.create()
  root = join(home.path, 'P')
  mkdirSync(join(root, 'a b'), { recursive: true })
  writeFileSync(join(root, 'a b', 'two\nlines.txt'), 'abc')
  writeFileSync(join(root, 'a b', 'plain.txt'), 'abc')
  for (let i = 0; i < MANY; i++) writeFileSync(join(root, `many ${i}.bin`), '')
  await home.json('library', 'create', 'Mine')
  await home.json('location', 'add', root, '--mode', 'content', '--wait')
})
afterAll(() => home[Symbol.asyncDispose]())

test('--print0 prints the paths of all results, whatever is in the names', async () => {
  const { stdout } = await home.run('search', 'txt', '--sort', 'name', '--print0')
  expect(stdout).toBe(`${root}/a b/plain.txt\0${root}/a b/two\nlines.txt\0`)
  const many = await home.run('search', 'many', '--print0')
  expect(new Set(many.stdout.split('\0')).size).toBe(MANY + 1)
  const listed = await home.run('ls', root, '--print0')
  expect(listed.stdout.split('\0')).toHaveLength(MANY + 2)
})

test('with --limit it takes as many, and says that there are more', async () => {
  const { code, stderr, stdout } = await home.run('search', 'many', '--limit', '3', '--print0')
  expect([code, stdout.split('\0').length, stderr]).toEqual([0, 4, `3 of ${MANY} results; --limit takes more\n`])
})

test.skipIf(process.platform !== 'linux')(
  'a name that is not UTF-8 keeps its bytes, and is no argument of a program',
  async () => {
    const folder = join(home.path, 'latin')
    mkdirSync(folder)
    writeFileSync(Buffer.from(`${folder}/caf\xe9.txt`, 'latin1'), '')
    const printed = await home.run('ls', folder, '--format', '{}|{/}|{//}|{.}|{/.}')
    // The test reads what is printed as UTF-8: each byte that is no text becomes one mark.
    expect(printed.stdout).toBe(`${folder}/caf\ufffd.txt|caf\ufffd.txt|${folder}|${folder}/caf\ufffd|caf\ufffd\n`)
    const { code, stderr } = await home.run('ls', folder, '--exec', 'true')
    expect([code, stderr]).toEqual([
      1,
      `${folder}/caf\ufffd.txt: its name is not valid UTF-8, so it cannot be an argument; use --print0\n`,
    ])
  },
)

test('--format prints a line for each result, with pieces of the path and fields', async () => {
  const format = ['search', 'plain', '--format', String.raw`{size}\t{location.name}\t{/.} {{x}} \\ {nameBase64}.`]
  expect((await home.run(...format)).stdout).toBe(`3\tP\tplain {x} \\ .\n`)
  const { groups } = await home.json<{ groups: { files: { path: string }[] }[] }>('file', 'duplicates')
  const copies = await home.run('file', 'duplicates', '--format', '{}|{online}')
  // Of each group one file stays out, so a program that deletes the others leaves it.
  const others = groups.flatMap(({ files }) => files.slice(1).map(({ path }) => `${path}|true\n`))
  expect([others.length > 0, copies.stdout]).toEqual([true, others.join('')])
})

test('--exec runs a program for each result, without a shell', async () => {
  const marked = ['search', 'plain OR lines', '--sort', 'name', '--exec', process.execPath, '-e']
  const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)) + "\\n")'
  const { code, stdout } = await home.run(...marked, script, '--', '$HOME', '{/}')
  expect([code, stdout]).toEqual([0, '["$HOME","plain.txt"]\n["$HOME","two\\nlines.txt"]\n'])
  const alone = await home.run('search', 'plain', '--exec', process.execPath, '-e', script)
  expect(alone.stdout).toBe(`${JSON.stringify([join(root, 'a b', 'plain.txt')])}\n`)
})

test('a program that fails for some results is reported, and the others go on', async () => {
  const script = 'process.exit(process.argv[1].includes("lines") ? 3 : 0)'
  const some = await home.run('search', 'plain OR lines', '--exec', process.execPath, '-e', script)
  expect([some.code, some.stderr]).toEqual([5, `${root}/a b/two\\nlines.txt: ${process.execPath} ended with 3\n`])
  const missing = await home.run('search', 'plain', '--exec', 'no-such-program')
  expect([missing.code, missing.stderr]).toEqual([3, 'error: cannot run "no-such-program": there is no such program\n'])
  const quoted = await home.run('search', 'plain', '--exec', 'ls -l {/}')
  expect([quoted.code, quoted.stderr]).toEqual([
    3,
    'error: cannot run "ls -l plain.txt": there is no such program; write the command\nwithout quotes, as in --exec ls -l {}\n',
  ])
})

test.each([
  [['search', 'x', '--format', '{nothing}'], '{nothing} is no field of a result; the fields are id, path'],
  [['search', 'x', '--print0', '--format', '{}'], '--print0 and --format cannot be combined'],
  [['search', 'x', '--print0', '--json'], '--print0 and --json cannot be combined'],
  [['search', 'x', '--exec'], '--exec needs a value'],
  [['status', '--exec', 'ls'], 'unknown option'],
])('%j is refused', async (words, message) => {
  const { code, stderr, stdout } = await home.run(...words)
  expect([code, stdout]).toEqual([2, ''])
  expect(words.includes('--json') ? JSON.parse(stderr).error.message : stderr).toContain(message)
})
