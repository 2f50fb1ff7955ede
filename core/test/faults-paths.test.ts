import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const LEVELS = 2_000
/** One name to the eye, two to the disk. */
const NFC = 'caf\u00e9'
const NFD = 'cafe\u0301'
const { signal } = new AbortController()

/** Runs a program in the folder that lies so many levels below the root, which no path can name. */
function runBelow(t: TestCore, names: { name: string; levels: number }, program: string): void {
  const go = `const { mkdirSync, utimesSync, writeFileSync, unlinkSync } = require('node:fs')
    for (let i = 0; i < ${names.levels}; i++) {
      mkdirSync(${JSON.stringify(names.name)}, { recursive: true })
      process.chdir(${JSON.stringify(names.name)})
    }`
  execFileSync(process.execPath, ['-e', `${go}\n${program}`], { cwd: t.root, stdio: 'pipe' })
}

/** Node cannot remove what no path reaches. */
function removing(t: TestCore): Disposable {
  return { [Symbol.dispose]: () => void execFileSync('rm', ['-rf', t.root]) }
}

const WRITE = `writeFileSync('deepest.txt', 'deep'); utimesSync('deepest.txt', 1_600_000_000, 1_600_000_000)`
const list = (t: TestCore, path: string) =>
  t.library.files.list(
    { path, all: true, sort: 'name', reverse: false, foldersFirst: true, thumbs: false, limit: 100, offset: 0 },
    signal,
  )

test.runIf(process.platform === 'linux')(
  'a tree of 2,000 levels, far beyond the longest path, is indexed, listed, found and verified',
  async () => {
    await using t = await createTestCore()
    using _ = removing(t)
    runBelow(t, { name: 'level ten', levels: LEVELS }, WRITE)
    const { locationId, job } = await t.add({ mode: 'content', watch: false })
    expect(job).toMatchObject({ status: 'completed', warnings: 0 })
    expect((await t.library.locations.list())[0]?.counts).toMatchObject({ directories: LEVELS, files: 1 })
    const file = `${'level ten/'.repeat(LEVELS)}deepest.txt`
    expect(await t.found('deepest')).toEqual([file])
    const folder = t.path('level ten/'.repeat(LEVELS).slice(0, -1))
    const { items } = await list(t, folder)
    expect(items.map((item) => item.path)).toEqual([t.path(file)])
    expect(await t.library.files.info(t.path(file), signal)).toMatchObject({ size: 4, contentId: expect.any(String) })
    expect(await t.differences()).toEqual([])
    const { job: again } = await t.library.locations.rescan({ location: locationId, force: false })
    expect(await t.library.jobs.wait(again.id, signal)).toMatchObject({ status: 'completed', warnings: 0 })
    expect(await t.differences()).toEqual([])
  },
)

test.runIf(process.platform === 'linux')('a change at the end of a path above 4,096 bytes is found', async () => {
  await using t = await createTestCore()
  const name = 'n'.repeat(250)
  const below = { name, levels: 20 }
  using _ = removing(t)
  runBelow(t, below, WRITE)
  await t.add()
  runBelow(t, below, `writeFileSync('new.txt', 'new'); unlinkSync('deepest.txt')`)
  const [location] = await t.library.locations.list()
  const { job } = await t.library.locations.rescan({ location: location!.id, force: false })
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await t.found('new.txt')).toEqual([`${`${name}/`.repeat(20)}new.txt`])
  expect(await t.found('deepest')).toEqual([])
  expect(await t.differences()).toEqual([])
})

test.runIf(process.platform === 'linux')(
  'names that no text can be are indexed, listed, found and verified',
  async () => {
    await using t = await createTestCore()
    const names = ['new\nline', `quo"te's`, 'tab\t', 'red\u001b[31m', NFC, NFD, 'n'.repeat(255), ' ', '-rf', '\\']
    for (const name of names) t.write(`${name}/${name}`, 'text')
    const bytes = Buffer.concat([Buffer.from(`${t.root}/`), Buffer.of(0xff, 0xfe)])
    mkdirSync(bytes)
    writeFileSync(Buffer.concat([bytes, Buffer.from('/'), Buffer.of(0x80)]), 'bytes')
    const { job } = await t.add({ mode: 'content' })
    expect(job).toMatchObject({ status: 'completed', warnings: 0 })
    expect((await t.library.locations.list())[0]?.counts).toMatchObject({
      files: names.length + 1,
      directories: names.length + 1,
    })
    for (const name of ['new\nline', `quo"te's`, 'red\u001b[31m'])
      expect(await t.found(name)).toContain(`${name}/${name}`)
    expect((await t.found(NFC)).toSorted()).toEqual([NFC, `${NFC}/${NFC}`, NFD, `${NFD}/${NFD}`].toSorted())
    const { items } = await list(t, t.root)
    expect(items).toHaveLength(names.length + 1)
    expect(await t.differences()).toEqual([])
  },
)
