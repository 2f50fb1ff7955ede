import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'
import { makeWorld } from './world.ts'

/** A newcomer's first hour. The order matters: each command sees what the ones before have done. */
const firstHour: readonly (readonly string[])[] = [
  ['status'],
  ['device', 'rename', 'laptop'],
  ['library', 'list'],
  ['library', 'info'],
  ['location', 'list'],
  ['location', 'list', '--verbose'],
  ['ls', 'photos'],
  ['ls', 'photos/app', '--all'],
  ['ls', 'photos', '--limit', '2'],
  ['info', 'photos/beach.jpg'],
  ['info', 'photos/2024'],
  ['search', 'beach'],
  ['search', 'holiday', 'cat'],
  ['search', 'nothing-like-this'],
  ['file', 'duplicates', '--verify'],
  ['index', 'verify', 'photos'],
  ['index', 'explain', 'photos/app/node_modules'],
  ['index', 'browse', 'photos/2024', '--scope', 'recursive'],
  ['index', 'quick-scan', 'photos/2024'],
  ['location', 'rescan', 'photos', '--wait', '-q'],
  ['job', 'list', '--status', 'failed'],
  ['config', 'explain', 'log.level'],
  ['config', 'set', 'log.level', 'debug'],
]

const mistakes: readonly (readonly string[])[] = [
  ['quickstart', 'no-such-folder'],
  ['location', 'add', 'photos'],
  ['location', 'info', 'nowhere'],
  ['ls', 'no-such-folder'],
  ['job', 'info', '00000000-0000-7000-8000-000000000000'],
  ['job', 'info', 'x'],
  ['job', 'monitor', '--library', 'nope'],
  ['job', 'run', 'indexing.location', '--input', '{}'],
  ['ls', 'photos/beach.jpg'],
  ['location', 'add', 'photos', '--max-depth', '-1'],
  ['location', 'info', 'nowhere', '--json'],
  ['library', 'switch', 'Nothing'],
  ['config', 'set', 'log.levle', 'debug'],
  ['config', 'set', 'log.level', 'loud'],
  ['location', 'remove', 'photos'],
  ['location', 'remove', 'photos', '--yes'],
  ['location', 'list'],
  ['library', 'delete', 'My Library', '--no-input'],
  ['library', 'delete', 'My Library', '--keep-files', '--no-input'],
  ['stop'],
]

test('a newcomer’s first hour, and the mistakes one makes, read well at 80 columns', async () => {
  await using home = await TestHome.create()
  await makeWorld(home.path)
  const begun = await home.transcript('quickstart', 'photos', '-q')
  // The second job looks again once the folder is watched: what changed in between was seen by nobody.
  const over = expect.objectContaining({ status: expect.stringMatching('completed') })
  const jobs = () => home.json<object[]>('job', 'list')
  await expect.poll(jobs, { interval: 200 }).toEqual([over, over, over])
  await expect(`${begun}\n${await home.transcripts(firstHour)}`).toMatchFileSnapshot('./golden/first-hour.txt')
  await expect(await home.transcripts(mistakes)).toMatchFileSnapshot('./golden/mistakes.txt')
})

test('quickstart --once --json answers in the shape scripts rely on, and leaves no daemon behind', async () => {
  await using home = await TestHome.create()
  await makeWorld(home.path)
  const first = await home.json<Record<string, unknown>>('quickstart', 'photos', '--once')
  expect(first).toEqual({
    library: { id: expect.any(String), name: 'My Library', path: expect.stringContaining('My Library.sdlibrary') },
    location: { id: expect.any(String), path: join(home.path, 'photos'), state: 'complete' },
    counts: {
      files: 10,
      directories: 3,
      symlinks: 0,
      bytes: 10_042,
      contents: 9,
      duplicateFiles: 1,
      reclaimableBytes: 5_000,
      emptyFiles: 0,
    },
    sidecars: {
      made: expect.any(Number),
      ready: expect.any(Number),
      failed: 0,
      skipped: expect.any(Number),
      failedFiles: 0,
      skippedFiles: expect.any(Number),
      byKind: expect.objectContaining({ thumb: expect.objectContaining({ failed: 0, pending: 0 }) }),
    },
    skips: expect.any(Array),
    slowest: expect.any(Array),
    held: [],
    off: expect.any(Array),
    failures: [],
    seconds: {
      discover: expect.any(Number),
      process: expect.any(Number),
      aggregate: expect.any(Number),
      identify: expect.any(Number),
      sidecars: expect.any(Number),
      total: expect.any(Number),
    },
    explorer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
  })
  expect(await home.run('status')).toMatchObject({ code: 6, stdout: '' })
  const { ready } = first['sidecars'] as { ready: number }
  const second = await home.json<Record<string, unknown>>('quickstart', 'photos', '--once')
  expect(second).toMatchObject({ sidecars: { made: 0, ready }, seconds: { sidecars: 0 } })
  expect(second).toMatchObject({ library: first['library'], location: first['location'], counts: first['counts'] })
})

/** Thumbnails alone: they are made the same everywhere. */
const thumbsOnly = 'ocr=off,text=off,transcript=off,embeddings=off'

const pictures: readonly (readonly string[])[] = [
  ['location', 'add', 'pictures', '--no-watch', '--policy', 'thumb=huge'],
  ['location', 'add', 'pictures', '--no-watch', '--policy', thumbsOnly, '--wait', '-q'],
]

const lookingAfter: readonly (readonly string[])[] = [
  ['sidecar', 'list', 'pictures/sea.jpg'],
  ['sidecar', 'list', 'pictures/torn.jpg'],
  ['sidecar', 'list', 'sidecar://*/thumbs/grid@2x.webp'],
  ['sidecar', 'list', 'sidecar://*/thumbnails'],
  ['info', 'pictures/torn.jpg'],
  ['sidecar', 'path', 'pictures/sea.jpg', '--variant', 'grid@2x'],
  ['sidecar', 'path', 'pictures/sea.jpg', '--variant', 'huge'],
  ['sidecar', 'usage'],
  ['sidecar', 'pending', '--failed'],
  ['sidecar', 'verify'],
  ['sidecar', 'reconcile'],
  ['sidecar', 'regenerate', 'pictures/sea.jpg', '--variant', 'grid@3x'],
]

const madeAgain: readonly (readonly string[])[] = [
  ['sidecar', 'regenerate', '--outdated', '--dry-run'],
  ['sidecar', 'regenerate', '--kind', 'thumb', '--dry-run'],
  ['sidecar', 'regenerate'],
  ['sidecar', 'pending', '--skipped'],
  ['sidecar', 'retry'],
  ['sidecar', 'cleanup', '--dry-run'],
  ['sidecar', 'cleanup', '--older-than', 'yesterday'],
  ['location', 'update', 'pictures', '--policy', 'thumb=grid@2x+icon@1x'],
  ['location', 'info', 'pictures'],
  ['cat', 'sidecar://*/thumbs/detail@2x.webp'],
  ['cat', 'no-such-file'],
]

test('sidecars can be listed, maintained and printed', async () => {
  await using home = await TestHome.create()
  const photos = await makeWorld(home.path)
  await mkdir(join(home.path, 'pictures'))
  const picture = await readFile(join(photos, 'beach.jpg'))
  await writeFile(join(home.path, 'pictures/sea.jpg'), picture)
  await writeFile(join(home.path, 'pictures/torn.jpg'), picture.subarray(0, 100))
  await home.json('library', 'create', 'Pictures')
  const begun = await home.transcripts(pictures)
  const unfinished = async () => (await home.json<{ state: string }[]>('sidecar', 'pending')).map(({ state }) => state)
  const settled = () =>
    expect.poll(unfinished, { timeout: 180_000, interval: 200 }).toEqual(['failed', 'failed', 'failed'])
  await settled()
  const then = await home.transcripts(lookingAfter)
  await settled()
  const again = await home.transcripts(madeAgain)
  await expect(`${begun}\n${then}\n${again}`).toMatchFileSnapshot('./golden/sidecars.txt')
  const bytes = await home.run('cat', 'sidecar://*/thumbs/grid@2x.webp')
  expect(bytes.stdout).toMatch(/^RIFF/)
})

test('exit codes say what happened', async () => {
  await using home = await TestHome.create()
  const photos = await makeWorld(home.path)
  expect((await home.run('library', 'create', 'Photos')).code).toBe(0)
  const added = await home.json<{ job: { id: string; status: string } }>(
    'location',
    'add',
    'photos',
    '--no-watch',
    '--wait',
  )
  expect(added.job.status).toBe('completed')
  expect((await home.run('job', 'wait', added.job.id)).code).toBe(0)
  expect((await home.run('index', 'verify', 'photos')).code).toBe(0)
  await appendFile(join(photos, 'notes.txt'), ' more')
  await rm(join(photos, 'beach.jpg'))
  await writeFile(join(photos, 'new.txt'), 'new')
  const differing = await home.run('index', 'verify', 'photos', '--json')
  expect(differing.code).toBe(1)
  const { differences } = JSON.parse(differing.stdout) as { differences: { kind: string; path: string }[] }
  expect(differences.map(({ kind, path }) => `${kind} ${path.slice(photos.length + 1)}`)).toEqual(
    expect.arrayContaining(['missing-from-index new.txt', 'stale-in-index beach.jpg', 'size notes.txt']),
  )
  expect((await home.run('index', 'verify', 'photos', '--fix')).code).toBe(0)
  expect((await home.run('location', 'add', 'photos')).code).toBe(4)
  expect((await home.run('location', 'remove', 'photos')).code).toBe(4)
  expect((await home.run('location', 'info', 'nothing')).code).toBe(3)
  expect((await home.run('location', 'nothing')).code).toBe(2)
})

// Root may read everything, so there is nothing it fails on.
test.skipIf(process.getuid?.() === 0)('what could not be read is listed, and the exit code says partial', async () => {
  await using home = await TestHome.create()
  const photos = await makeWorld(home.path)
  await chmod(join(photos, '2024/holiday'), 0)
  const { code, stdout } = await home.run('quickstart', 'photos', '--once', '--json')
  await chmod(join(photos, '2024/holiday'), 0o700)
  expect(code).toBe(5)
  const { failures } = JSON.parse(stdout) as { failures: object[] }
  expect(failures).toEqual([
    { path: join(photos, '2024/holiday'), stage: 'discover', code: 'PermissionDenied', message: expect.any(String) },
  ])
})

test('in a pipe, progress is one JSON line a step on stderr, and stdout is the answer alone', async () => {
  await using home = await TestHome.create()
  await makeWorld(home.path)
  const { code, stderr, stdout } = await home.run('quickstart', 'photos', '--once', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toBeTypeOf('object')
  const steps = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const ended = steps.filter(({ status }) => status === 'completed')
  expect(ended.map(({ name }) => name)).toEqual(expect.arrayContaining(['indexing.location', 'sidecars.generate']))
})

test('in a pipe, quickstart without a folder indexes the working directory', async () => {
  await using home = await TestHome.create()
  const { code, stdout } = await home.run('quickstart', '--once', '--json')
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { location: { path: home.path } }])
  const [location] = JSON.parse((await home.run('location', 'list', '--json')).stdout)
  expect(location.path).toBe(home.path)
})

test('two instances know nothing of each other', async () => {
  await using home = await TestHome.create()
  await home.run('--instance', 'alice', 'library', 'create', 'Alice')
  await home.run('library', 'create', 'Mine')
  const names = await Promise.all([
    home.json<{ name: string }[]>('--instance', 'alice', 'library', 'list'),
    home.json<{ name: string }[]>('library', 'list'),
  ])
  expect(names.map((list) => list.map(({ name }) => name))).toEqual([['Alice'], ['Mine']])
  const instances = await home.json<{ instance: string; running: boolean }[]>('instance', 'list')
  expect(instances.map(({ instance, running }) => ({ instance, running }))).toEqual([
    { instance: 'default', running: true },
    { instance: 'alice', running: true },
  ])
  expect((await home.run('instance', 'stop', 'alice')).code).toBe(0)
  expect((await home.run('--instance', 'alice', 'status')).code).toBe(6)
  expect((await home.run('status')).code).toBe(0)
})
