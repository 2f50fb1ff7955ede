import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync, statfsSync, writeFileSync } from 'node:fs'
import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { makeTree, shapes } from '../bench/tree.ts'
import { TestHome } from '../cli/test/run-cli.ts'
import { corpus, NO_CORPUS } from '../core/testing/corpus.ts'
import { mountTmpfs, NO_MOUNTS } from '../core/testing/mount.ts'
import { diskFacts } from './disk-facts.ts'

const command = fileURLToPath(new URL('../cli/bin/spacedrive.mjs', import.meta.url))
/** Long enough for a daemon to start and look at a small folder on a busy machine, in milliseconds. */
const PATIENCE_MS = 60_000

interface Verified {
  readonly total: number
  readonly differences: readonly { readonly kind: string; readonly path: string }[]
}

/** Some 700 sidecars are made at the lowest priority, while other tests keep the machine busy. */
const QUICKSTART_MS = 600_000

/** A few thousand files that every machine of its kind has. */
const ofTheSystem = ['/usr/lib/python3', '/usr/share/doc', '/usr/share'].find((path) => existsSync(path)) ?? null

for (const [what, folder, without] of [
  ['real photos, sounds and documents', corpus, NO_CORPUS],
  ['a folder of the system', ofTheSystem, 'there is no /usr/share'],
] as const) {
  const skipped = folder === null ? ` (skipped: ${without})` : ''
  test.skipIf(skipped !== '')(
    `quickstart counts ${what} as they are, and leaves nothing running${skipped}`,
    async () => {
      const root = realpathSync(String(folder))
      await using home = await TestHome.create()
      // Pictures of thousands of programs take minutes, and what is counted here does not need them.
      if (folder !== corpus) {
        for (const kind of ['thumb', 'text', 'ocr']) await home.run('config', 'set', `sidecars.${kind}`, 'off')
        await home.run('stop')
      }
      const run = await home.run('quickstart', root, '--once', '--json')
      const facts = diskFacts(root)
      const said = JSON.parse(run.stdout) as {
        failures: { stage: string; code: string }[]
        sidecars: { failed: number }
      }
      expect(said).toMatchObject({ counts: facts, location: { path: root, state: 'complete' } })
      // Some files are damaged: nothing can be made of them, and that is all that goes wrong.
      expect(said.failures.filter(({ stage, code }) => stage !== 'sidecars' || code !== 'Corrupt')).toEqual([])
      expect(run.code).toBe(said.sidecars.failed === 0 ? 0 : 5)
      await untilNothingRuns(home)

      const checked = facts.files + facts.directories + facts.symlinks
      expect(await home.json('index', 'verify', root, '--content')).toMatchObject({
        checked,
        differences: [],
        total: 0,
      })
      expect(await home.run('stop')).toMatchObject({ code: 0, stdout: 'Stopped the daemon.\n' })
      await untilNothingRuns(home)
    },
    QUICKSTART_MS,
  )
}

test('verify reports changes in an unwatched folder, and --fix repairs them', async () => {
  await using home = await TestHome.create()
  const photos = await photosIn(home)
  await home.json('library', 'create', 'Mine')
  await home.json('location', 'add', photos, '--mode', 'shallow', '--no-watch', '--wait')
  await appendFile(join(photos, 'beach.jpg'), 'and a shell')
  await rm(join(photos, '2024/cat.jpg'))
  await writeFile(join(photos, '2024/dog.jpg'), 'dog')

  const told = await home.run('index', 'verify', photos, '--json')
  expect(told.code).toBe(1)
  const differences = [
    ['missing-from-index', '2024/dog.jpg'],
    ['size', 'beach.jpg'],
    ['stale-in-index', '2024/cat.jpg'],
  ]
  expect(differencesIn(told.stdout, photos)).toEqual(expect.arrayContaining(differences))
  const { total } = JSON.parse(told.stdout) as Verified
  expect(await home.json('index', 'verify', photos, '--fix')).toMatchObject({ total: 0, fixed: total })
  expect(await namesFound(home, 'jpg')).toEqual(['beach.jpg', 'dog.jpg'])
  expect(await home.json('library', 'check')).toMatchObject({ ok: true })
})

test('a row that is wrong is told by verify, and mended by --fix', async () => {
  await using home = await TestHome.create()
  const photos = await photosIn(home)
  const { path } = await home.json<{ path: string }>('library', 'create', 'Mine')
  await home.json('location', 'add', photos, '--mode', 'shallow', '--no-watch', '--wait')
  tamper(join(path, 'database.db'), `update entries set mtime = 0 where name = 'beach.jpg'`)

  const told = await home.run('index', 'verify', photos, '--json')
  expect(told.code).toBe(1)
  expect(differencesIn(told.stdout, photos)).toEqual([['modified', 'beach.jpg']])
  expect(await home.json('index', 'verify', photos, '--fix')).toMatchObject({ total: 0, fixed: 1 })
  expect((await home.run('index', 'verify', photos)).code).toBe(0)
})

test('changes made while no daemon ran are found when one starts', async () => {
  await using home = await TestHome.create()
  const photos = await photosIn(home)
  await home.json('quickstart', photos, '--once')
  await rm(join(photos, 'beach.jpg'))
  await writeFile(join(photos, 'moon.jpg'), await photo('#ffe'))
  await home.json('start')
  await vi.waitFor(async () => expect(await namesFound(home, 'jpg')).toEqual(['cat.jpg', 'moon.jpg']), PATIENCE_MS)
  expect(await home.json('index', 'verify', photos)).toMatchObject({ total: 0 })
})

/**
 * Gives the command its own Ctrl-C as soon as it says that it works: from outside it could come too late. Once: a second
 * one waits for nothing.
 */
const ctrlC = `
const { stderr } = process
const write = stderr.write.bind(stderr)
stderr.write = (text, ...rest) => {
  if (String(text).includes('"phase"')) {
    stderr.write = write
    process.kill(process.pid, 'SIGINT')
  }
  return write(text, ...rest)
}`

test.skipIf(process.platform === 'win32')(
  'Ctrl-C ends quickstart and the daemon it started; the same command goes on',
  async () => {
    await using home = await TestHome.create()
    const folder = join(home.path, 'many')
    const { files } = makeTree(folder, { ...shapes.medium, files: 10_000 })
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(ctrlC)}`]
    const words = ['quickstart', folder, '--once', '--json', '--mode', 'shallow']
    const child = spawn(process.execPath, [...preload, command, ...words], {
      env: home.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const closed = once(child, 'close')
    const said = await text(child.stderr)
    expect(await closed).toEqual([130, null])
    expect(said.trimEnd().split('\n').at(-1)).toContain('run the same command again to go on where it stopped')
    await untilNothingRuns(home)

    expect(await home.json('quickstart', folder, '--once', '--mode', 'shallow')).toMatchObject({
      counts: { files },
      failures: [],
    })
    expect(await home.json('index', 'verify', folder)).toMatchObject({ total: 0 })
  },
)

test('instances have daemons and libraries of their own, and are stopped one by one', async () => {
  await using home = await TestHome.create()
  await using stops = new AsyncDisposableStack()
  const photos = await photosIn(home)
  for (const name of ['alice', 'bob']) stops.defer(async () => void (await home.run('stop', '--instance', name)))
  for (const name of ['alice', 'bob']) await home.json('library', 'create', name, '--instance', name)
  await home.json('location', 'add', photos, '--wait', '--instance', 'alice')
  expect(await home.json('location', 'list', '--instance', 'bob')).toEqual([])
  expect(await home.json('library', 'current', '--instance', 'bob')).toMatchObject({ name: 'bob' })

  expect(await runningInstances(home)).toEqual(['alice', 'bob'])
  expect(await home.run('stop', '--instance', 'alice')).toMatchObject({ code: 0 })
  expect(await runningInstances(home)).toEqual(['bob'])
  expect(await home.run('instance', 'stop', 'bob')).toMatchObject({ code: 0 })
  await untilNothingRuns(home)
})

test('an error sets the exit code, and with --json also an error code', async () => {
  await using home = await TestHome.create()
  const photos = await photosIn(home)
  const answer = async (...args: string[]) => {
    const { code, stderr } = await home.run(...args, '--json')
    const said = stderr.trimEnd().split('\n').at(-1) ?? ''
    return [code, (JSON.parse(said) as { error: { code: string } }).error.code]
  }
  expect(await answer('status')).toEqual([6, 'Unavailable'])
  expect(await answer('search', 'x', '--no-start')).toEqual([6, 'Unavailable'])
  expect(await answer('frobnicate')).toEqual([2, 'InvalidInput'])
  expect(await answer('search', 'x', '--tag', 'x')).toEqual([2, 'InvalidInput'])
  expect(await answer('web', 'expose')).toEqual([2, 'InvalidInput'])
  expect(await answer('quickstart', join(photos, 'no-such-folder'))).toEqual([3, 'NotFound'])
  await untilNothingRuns(home)

  await home.json('quickstart', photos)
  expect(await answer('ls', join(photos, 'no-such-folder'))).toEqual([3, 'NotFound'])
  expect(await answer('location', 'info', 'nowhere')).toEqual([3, 'NotFound'])
  expect(await answer('location', 'add', photos)).toEqual([4, 'AlreadyExists'])
  expect(await answer('location', 'add', join(photos, '2024'))).toEqual([4, 'Conflict'])
  expect(await answer('library', 'delete', 'My Library', '--no-input')).toEqual([4, 'NeedsConfirmation'])
  expect(await answer('search', 'x', '--size', 'huge')).toEqual([2, 'InvalidInput'])
})

const isRoot = process.getuid?.() === 0
test.skipIf(isRoot || process.platform === 'win32')(
  `a folder that may not be read is one failure, and the rest is indexed${isRoot ? ' (skipped: root may read all)' : ''}`,
  async () => {
    await using home = await TestHome.create()
    const photos = await photosIn(home)
    await chmod(join(photos, '2024'), 0)
    const { code, stdout } = await home.run('quickstart', photos, '--once', '--json')
    await chmod(join(photos, '2024'), 0o755)
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 5,
      counts: { files: 1, directories: 1 },
      failures: [{ path: join(photos, '2024'), code: 'PermissionDenied' }],
    })
  },
)

test('quickstart --once does not wait for ever for room on a full disk', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using home = await TestHome.create()
  const disk = join(home.path, 'small')
  using _mounted = mountTmpfs(disk, '16m')
  await home.json('library', 'create', 'Small', '--path', disk)
  const folder = join(home.path, 'many')
  await mkdir(folder)
  await Promise.all(Array.from({ length: 6_000 }, (_, i) => writeFile(join(folder, `${'n'.repeat(100)}${i}.txt`), '')))
  const { bavail, bsize } = statfsSync(disk)
  // Enough for a job to be queued and for a library's first rows.
  writeFileSync(join(disk, 'filler'), new Uint8Array(bavail * bsize - 500_000))
  const { code, stderr } = await home.run('quickstart', folder, '--once', '--mode', 'shallow')
  expect(stderr).toMatch(/^indexing\.location is waiting: no space left .*\. The same command goes on from there\.$/m)
  expect(code).toBe(5)
  await home.run('stop')
})

async function photosIn(home: TestHome): Promise<string> {
  const photos = join(home.path, 'photos')
  await mkdir(join(photos, '2024'), { recursive: true })
  await writeFile(join(photos, 'beach.jpg'), await photo('#fc8'))
  await writeFile(join(photos, '2024/cat.jpg'), await photo('#888'))
  return photos
}

/** A small picture of one colour. */
function photo(background: string): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

async function namesFound(home: TestHome, query: string): Promise<string[]> {
  const { items } = await home.json<{ items: { name: string }[] }>('search', query, '--sort', 'name')
  return items.map(({ name }) => name)
}

async function runningInstances(home: TestHome): Promise<string[]> {
  const instances = await home.json<{ instance: string; running: boolean }[]>('daemon', 'list')
  return instances.flatMap(({ instance, running }) => (running ? [instance] : []))
}

function differencesIn(stdout: string, root: string): string[][] {
  const { differences } = JSON.parse(stdout) as Verified
  return differences.map(({ kind, path }) => [kind, path.slice(root.length + 1)])
}

function tamper(file: string, sql: string): void {
  using db = new DatabaseSync(file, { timeout: PATIENCE_MS })
  expect(db.prepare(sql).run()).toMatchObject({ changes: 1 })
}

/** A daemon that has given everything back takes a moment to leave. */
async function untilNothingRuns(home: TestHome): Promise<void> {
  await vi.waitFor(async () => expect(await processesIn(home)).toEqual([]), PATIENCE_MS)
}

/** The processes that have a home for their own: a daemon is one, whatever it is called. Only Linux tells. */
async function processesIn(home: TestHome): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const environments = ids.map((id) => readFile(`/proc/${id}/environ`, 'utf8').catch(() => ''))
  return (await Promise.all(environments)).flatMap((variables, at) =>
    variables.split('\0').includes(`HOME=${home.path}`) ? [ids[at]!] : [],
  )
}
